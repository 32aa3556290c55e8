// ops.runs: one row a run of the program that changes the lake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/store/database.h"

namespace goldtape::store {

struct RunRecord {
  std::string run_id;
  std::string command;
  Timestamp started_at{};
  std::optional<Timestamp> finished_at;
  std::string status;  ///< running | done | failed
  std::string error;
};

/// Inserts, or replaces the row of the same run_id.
Status put_run(Transaction& transaction, const RunRecord& run);
/// Newest first.
[[nodiscard]] Result<std::vector<RunRecord>> list_runs(Database& database);

}  // namespace goldtape::store
