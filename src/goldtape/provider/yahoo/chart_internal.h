// A chart's members as they stand in the answer. Not public.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider::yahoo::internal {

inline constexpr std::int64_t kNoVolume = std::numeric_limits<std::int64_t>::min();

struct Split {
  double numerator = 0, denominator = 0;
};

struct Chart {
  std::string currency, symbol, zone, granularity;
  std::int64_t live_s = 0;  ///< regularMarketTime: the instant of the newest price.
  bool has_timestamps = false;
  std::vector<std::int64_t> timestamp_s;
  std::vector<double> open, high, low, close, adj_close;    ///< NaN: null.
  std::vector<std::int64_t> volume;                         ///< kNoVolume: null.
  std::map<std::int64_t, double> dividends, capital_gains;  ///< By instant of the ex-date, seconds.
  std::map<std::int64_t, Split> splits;
};

/// Reads the one result of a chart, and checks currency, symbol and the lengths of its columns. Errors:
/// parser.h.
[[nodiscard]] Result<Chart> read_chart(const Answer& answer);
/// The same by the JSON reader alone, for any form; `read_chart` has a quicker one for Yahoo's own. For
/// tests.
[[nodiscard]] Result<Chart> read_json_chart(const Answer& answer);

}  // namespace goldtape::provider::yahoo::internal
