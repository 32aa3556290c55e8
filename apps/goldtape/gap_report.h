// Which sessions of which tickers a lake lacks, by audit, bronze and silver's coverage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/session_state.h"
#include "goldtape/lake/lake.h"
#include "goldtape/model/interval.h"

namespace goldtape::app {

struct GapFilter {
  bool all = false;  ///< Every state, not only those about which something has to be done.
  std::string ticker;
  std::optional<Date> to = {};  ///< Up to here; absent: to the last session that was asked for.
};

/// Sessions in a row of one ticker with one state.
struct GapRun {
  std::string source;
  model::Interval interval = model::Interval::k1d;
  std::string ticker;
  ingest::SessionState state = ingest::SessionState::kNotAsked;
  Date first{};
  Date last{};
  std::int64_t sessions = 0;
};

/// For every venue and length of bars that was ever asked for, each of its tickers from the first to the last
/// session that was asked for any of them. Errors: the store's, the table's.
[[nodiscard]] Result<std::vector<GapRun>> find_gaps(const lake::Lake& lake, const GapFilter& filter);

}  // namespace goldtape::app
