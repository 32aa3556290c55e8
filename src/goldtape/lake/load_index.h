// The loads that stand in bronze, as far as a merge has to know them: whose evidence may touch which bars.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/store/database.h"

namespace goldtape::lake {

struct StandingLoad {
  std::string load_id;
  std::string ticker;  ///< "_many" when it holds several.
  std::int64_t observed_us = 0;
  std::int64_t range_start_us = 0;
  std::int64_t range_end_us = 0;  ///< Exclusive.

  /// Whether it may hold rows of a ticker in [first_us, last_us].
  [[nodiscard]] bool may_hold(std::string_view name, std::int64_t first_us, std::int64_t last_us) const {
    return (ticker == name || ticker == "_many") && range_start_us <= last_us && first_us < range_end_us;
  }
};

/// The loads of one source, dataset and interval ("" for actions) with status loaded or unchanged, by id.
/// Errors: the store's.
[[nodiscard]] Result<std::vector<StandingLoad>> standing_loads(store::Database& database,
                                                               std::string_view source,
                                                               std::string_view dataset,
                                                               std::string_view interval);
/// Of these, the loads by which bronze has changed.
[[nodiscard]] Result<std::vector<StandingLoad>> changing_loads(store::Database& database,
                                                               std::string_view source,
                                                               std::string_view dataset,
                                                               std::string_view interval);

}  // namespace goldtape::lake
