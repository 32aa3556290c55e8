#include "goldtape/store/repair.h"

namespace goldtape::store {

Status put_repair(Transaction& transaction, const Repair& repair) {
  GT_RETURN_IF_ERROR(transaction.execute("DELETE FROM repairs WHERE repair_id = ?", {repair.repair_id}));
  GT_RETURN_IF_ERROR(transaction.execute(
      "INSERT INTO repairs (repair_id, run_id, at, table_name, security_id, row_key, column_name, rule, "
      "reason,"
      " evidence, old_value, new_value, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {repair.repair_id, repair.run_id, instant_text(repair.at), repair.table, repair.security_id,
       repair.row_key, repair.column, repair.rule, repair.reason, repair.evidence, nullable(repair.old_value),
       nullable(repair.new_value), repair.status}));
  return {};
}

Result<std::vector<Repair>> list_repairs(Database& database, std::string_view table) {
  std::string sql =
      "SELECT repair_id, run_id, at, table_name, security_id, row_key, column_name, rule, reason, evidence, "
      "old_value,"
      " new_value, status FROM repairs";
  std::vector<Value> params;
  if (!table.empty()) {
    sql += " WHERE table_name = ?";
    params.emplace_back(std::string(table));
  }
  GT_ASSIGN(Rows rows, database.query(sql + " ORDER BY at, repair_id", params));
  std::vector<Repair> repairs;
  for (const Row& row : rows.rows) {
    Repair& repair = repairs.emplace_back();
    repair.repair_id = text_of(row[0]);
    repair.run_id = text_of(row[1]);
    GT_ASSIGN(auto at, instant_of(row[2]));
    repair.at = at.value_or(Timestamp{});
    repair.table = text_of(row[3]);
    repair.security_id = int_of(row[4]);
    repair.row_key = text_of(row[5]);
    repair.column = text_of(row[6]);
    repair.rule = text_of(row[7]);
    repair.reason = text_of(row[8]);
    repair.evidence = text_of(row[9]);
    repair.old_value = optional_double_of(row[10]);
    repair.new_value = optional_double_of(row[11]);
    repair.status = text_of(row[12]);
  }
  return repairs;
}

}  // namespace goldtape::store
