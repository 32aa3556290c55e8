// One load's bars on their way to bronze, and how a load that stands is read again.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/model/corporate_action.h"

namespace goldtape::lake {

struct BarLoad {
  std::string load_id;
  Timestamp observed_at{};
  model::BarBatch bars;
  /// Rows of `bars` that take part: all but the refused ones and repetitions of an equal row.
  std::vector<std::uint32_t> accepted;
  std::int64_t duplicates_removed = 0;
};

/// `refused`: row numbers that a gate sent to quarantine.
[[nodiscard]] BarLoad make_bar_load(std::string load_id, Timestamp observed_at, model::BarBatch bars,
                                    const std::set<std::uint32_t>& refused = {});

struct ActionLoad {
  std::string load_id;
  Timestamp observed_at{};
  std::vector<model::CorporateAction> actions;  ///< Without refused ones and repetitions.
  std::int64_t duplicates_removed = 0;
};

/// As make_bar_load.
[[nodiscard]] ActionLoad make_action_load(std::string load_id, Timestamp observed_at,
                                          std::vector<model::CorporateAction> actions,
                                          const std::set<std::uint32_t>& refused = {});

/// Reads a load that stands once more from the raw zone, as it was accepted then. ingest, which knows the
/// providers, hands it in. Errors: kDamaged when its raw answer is gone or cannot be parsed any more.
using BarReader = std::function<Result<BarLoad>(std::string_view load_id)>;
using ActionReader = std::function<Result<ActionLoad>(std::string_view load_id)>;

}  // namespace goldtape::lake
