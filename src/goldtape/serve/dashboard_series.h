// Bars and features of the dashboard's symbols, at each interval that the page offers. Not public.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/query/session.h"
#include "goldtape/serve/packed_series.h"

namespace goldtape::serve {

/// Bars of one security in order of time; all columns have the length of `ts_s`. NaN is absent. Prices and
/// volumes stand on the basis of gold's features: minutes adjusted for splits, days for all distributions.
struct SymbolBars {
  std::vector<std::int64_t>
      ts_s;  ///< Start of the bar, seconds UTC; a daily bar's is 00:00 UTC of its session.
  std::vector<std::int64_t> session;  ///< Session date, days since 1970.
  std::vector<double> open, high, low, close, volume;
  std::vector<std::string> fill;                                      ///< traded | filled | none | halted
  std::vector<std::pair<std::string, std::vector<double>>> features;  ///< By name of the feature.

  [[nodiscard]] std::size_t size() const { return ts_s.size(); }
  [[nodiscard]] PackedSeries packed() const;
};

/// By security_id.
using SeriesBySecurity = std::map<std::int64_t, SymbolBars>;

/// Which rows are wanted.
struct SeriesScope {
  std::vector<std::int64_t> security_ids;  ///< Not empty.
  std::string first_session;               ///< "2019-02-11", of minute bars; empty when there are none.
  std::int64_t max_daily_bars = 0;
};

/// silver.bars_1m with gold.features_1m: a row for each minute of each session.
Result<SeriesBySecurity> read_minutes(query::Session& session, const SeriesScope& scope);
/// Bars of several minutes that traded, over silver.bars_1m. The session's VWAP is that of the last minute;
/// the other features are the feature engine's over these bars, from the first one shown.
Result<SeriesBySecurity> read_resampled(query::Session& session, const SeriesScope& scope, int minutes);
/// silver.bars_1d with gold.features_1d.
Result<SeriesBySecurity> read_days(query::Session& session, const SeriesScope& scope);
/// Daily bars made of the minutes that traded, for securities whose vendor gave none, with the engine's
/// features over them.
Result<SeriesBySecurity> read_days_of_minutes(query::Session& session, const SeriesScope& scope);

}  // namespace goldtape::serve
