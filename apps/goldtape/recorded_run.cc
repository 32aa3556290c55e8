#include "recorded_run.h"

#include "goldtape/io/clock.h"
#include "goldtape/store/run_record.h"
#include "goldtape/table/location.h"

namespace goldtape::app {

namespace {

Status put(const lake::Lake& lake, const store::RunRecord& record) {
  GT_ASSIGN(auto transaction, lake.database().begin());
  GT_RETURN_IF_ERROR(store::put_run(transaction, record));
  return transaction.commit();
}

}  // namespace

Status recorded_run(const lake::Lake& lake, const std::string& command,
                    const std::function<Status(const std::string& run_id)>& action) {
  GT_RETURN_IF_ERROR(lake.require_writable(command));
  store::RunRecord record;
  record.run_id = table::new_uuid();
  record.command = command;
  record.started_at = lake.clock().now();
  record.status = "running";
  GT_RETURN_IF_ERROR(put(lake, record));
  const auto done = action(record.run_id);
  record.finished_at = lake.clock().now();
  record.status = done ? "done" : "failed";
  if (!done) record.error = done.error().to_string();
  const auto kept = put(lake, record);
  return done ? kept : done;
}

}  // namespace goldtape::app
