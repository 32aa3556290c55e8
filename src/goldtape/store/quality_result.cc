#include "goldtape/store/quality_result.h"

namespace goldtape::store {

Status add_quality_results(Transaction& transaction, const std::vector<QualityResult>& results) {
  for (const QualityResult& result : results) {
    GT_RETURN_IF_ERROR(transaction.execute(
        "INSERT INTO quality_results (run_id, load_id, at, layer, table_name, rule, severity, outcome, "
        "checked, failed,"
        " message, offenders, snapshot_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {result.run_id, nullable(result.load_id), instant_text(result.at), result.layer, result.table,
         result.rule, result.severity, result.outcome, result.checked, result.failed, result.message,
         result.offenders, nullable(result.snapshot_id)}));
  }
  return {};
}

Result<std::vector<QualityResult>> list_quality_results(Database& database, std::string_view run_id,
                                                        std::int64_t limit) {
  std::string sql =
      "SELECT run_id, load_id, at, layer, table_name, rule, severity, outcome, checked, failed, message, "
      "offenders,"
      " snapshot_id FROM quality_results";
  std::vector<Value> params;
  if (!run_id.empty()) {
    sql += " WHERE run_id = ?";
    params.emplace_back(std::string(run_id));
  }
  params.emplace_back(limit);
  GT_ASSIGN(Rows rows, database.query(sql + " ORDER BY at DESC, table_name, rule LIMIT ?", params));
  std::vector<QualityResult> results;
  for (const Row& row : rows.rows) {
    QualityResult& result = results.emplace_back();
    result.run_id = text_of(row[0]);
    if (!is_null(row[1])) result.load_id = text_of(row[1]);
    GT_ASSIGN(auto at, instant_of(row[2]));
    result.at = at.value_or(Timestamp{});
    result.layer = text_of(row[3]);
    result.table = text_of(row[4]);
    result.rule = text_of(row[5]);
    result.severity = text_of(row[6]);
    result.outcome = text_of(row[7]);
    result.checked = int_of(row[8]);
    result.failed = int_of(row[9]);
    result.message = text_of(row[10]);
    result.offenders = text_of(row[11]);
    result.snapshot_id = optional_int_of(row[12]);
  }
  return results;
}

}  // namespace goldtape::store
