// ops.quality_results: the outcome of each expectation each time it was checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/store/database.h"

namespace goldtape::store {

struct QualityResult {
  std::string run_id;
  std::optional<std::string> load_id;
  Timestamp at{};
  std::string layer;  ///< bronze | silver | gold | ...
  std::string table;  ///< "bronze.bars"
  std::string rule;
  std::string severity;  ///< critical | warning
  std::string outcome;   ///< passed | failed | skipped
  std::int64_t checked = 0;
  std::int64_t failed = 0;
  std::string message;
  std::string offenders;  ///< JSON array of the first offenders.
  std::optional<std::int64_t> snapshot_id;
};

Status add_quality_results(Transaction& transaction, const std::vector<QualityResult>& results);
/// Newest first; of one run when run_id is not empty; at most `limit`.
[[nodiscard]] Result<std::vector<QualityResult>> list_quality_results(Database& database,
                                                                      std::string_view run_id = {},
                                                                      std::int64_t limit = 10'000);

}  // namespace goldtape::store
