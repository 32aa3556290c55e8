#include "goldtape/store/run_record.h"

namespace goldtape::store {

Status put_run(Transaction& transaction, const RunRecord& run) {
  GT_RETURN_IF_ERROR(transaction.execute("DELETE FROM runs WHERE run_id = ?", {run.run_id}));
  GT_RETURN_IF_ERROR(transaction.execute(
      "INSERT INTO runs (run_id, command, started_at, finished_at, status, error) VALUES (?, ?, ?, ?, ?, ?)",
      {run.run_id, run.command, instant_text(run.started_at), instant_value(run.finished_at), run.status,
       run.error.empty() ? Value{} : Value{run.error}}));
  return {};
}

Result<std::vector<RunRecord>> list_runs(Database& database) {
  GT_ASSIGN(Rows rows,
            database.query("SELECT run_id, command, started_at, finished_at, status, error FROM runs"
                           " ORDER BY started_at DESC, run_id"));
  std::vector<RunRecord> runs;
  for (const Row& row : rows.rows) {
    RunRecord& run = runs.emplace_back();
    run.run_id = text_of(row[0]);
    run.command = text_of(row[1]);
    GT_ASSIGN(auto started_at, instant_of(row[2]));
    run.started_at = started_at.value_or(Timestamp{});
    GT_ASSIGN(run.finished_at, instant_of(row[3]));
    run.status = text_of(row[4]);
    run.error = text_of(row[5]);
  }
  return runs;
}

}  // namespace goldtape::store
