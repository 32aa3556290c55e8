// Not public: the parts of a chart answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/price_factors.h"
#include "goldtape/simulate/wire.h"

namespace goldtape::simulate::internal {

/// An interval of the chart endpoint and its limits.
struct YahooInterval {
  std::string_view name;
  std::int32_t minutes = 0;         ///< 0: a day or longer.
  std::int32_t look_back_days = 0;  ///< 0: no limit.
  std::int32_t days_a_request = 0;  ///< 0: no limit.
};
[[nodiscard]] const YahooInterval* find_yahoo_interval(std::string_view name);
/// "1m, 2m, 5m, ..." as the error lists them.
[[nodiscard]] std::string yahoo_interval_names();

/// What a chart is asked for, after its words were understood.
struct ChartQuery {
  const Security* security = nullptr;
  std::string symbol;  ///< As asked for.
  YahooInterval interval;
  Timestamp start{};
  Timestamp end{};
  std::string range;  ///< As asked for; empty when period1 and period2 were.
  bool extended = false;
  bool dividends = false;
  bool splits = false;
};

/// Appends `"meta":{...}`. `first_close`: chartPreviousClose. Errors: the market's.
Status append_yahoo_meta(const Scene& scene, const ChartQuery& query, const PriceFactors& splits,
                         std::optional<double> previous_close, std::string& out);
/// Appends `"events":{...}` where there are some in the chart.
void append_yahoo_events(const Scene& scene, const ChartQuery& query, const PriceFactors& splits,
                         std::string& out);

/// {"chart":{"result":null,"error":{...}}}.
[[nodiscard]] WireAnswer yahoo_error(int status, std::string_view code, std::string_view description);

/// The regular opening of a date, which stands for the day; without a session 09:30 in New York.
[[nodiscard]] Timestamp opening_of(Date date);
[[nodiscard]] inline std::int64_t seconds_of(Timestamp ts) { return to_micros(ts) / 1'000'000; }

}  // namespace goldtape::simulate::internal
