#include "goldtape/feature/marts.h"

#include <algorithm>
#include <cmath>

#include "goldtape/feature/formulas.h"

namespace goldtape::feature {

namespace {

double traded_value(const BarInput& bar) {
  return traded_price(bar.vwap, bar.high, bar.low, bar.close) * bar.volume;
}

/// Log returns between priced minutes of a session; NaN where there is none (the first, unpriced ones).
std::vector<double> log_returns(const BarColumns& bars) {
  std::vector<double> returns(bars.size(), kNoValue);
  double previous = kNoValue;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const BarInput bar = bars.row(i);
    if (!bar.priced) continue;
    if (!std::isnan(previous)) returns[i] = std::log(bar.close / previous);
    previous = bar.close;
  }
  return returns;
}

double median(std::vector<double> values) {
  if (values.empty()) return kNoValue;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2.0;
}

}  // namespace

std::vector<HourVolatility> volatility_by_hour(const SessionBars& session) {
  const auto returns = log_returns(session.bars);
  std::vector<HourVolatility> hours;
  for (std::size_t i = 0; i < session.bars.size(); ++i) {
    if (hours.empty() || hours.back().hour != session.hour[i]) hours.push_back({.hour = session.hour[i]});
    auto& hour = hours.back();
    if (session.traded[i] != 0) hour.volume += session.bars.volume[i];
    if (std::isnan(returns[i])) continue;
    ++hour.returns;
    hour.realized_volatility += returns[i] * returns[i];
    hour.mean_absolute_return += std::fabs(returns[i]);
  }
  for (auto& hour : hours) {
    hour.realized_volatility = std::sqrt(hour.realized_volatility);
    hour.mean_absolute_return = hour.returns > 0 ? hour.mean_absolute_return / hour.returns : kNoValue;
  }
  return hours;
}

Liquidity liquidity(const SessionBars& session) {
  Liquidity result{.session_minutes = session.session_minutes};
  std::vector<double> volumes;
  std::int32_t gap = 0;
  double first_open = kNoValue;
  double last_close = kNoValue;
  for (std::size_t i = 0; i < session.bars.size(); ++i) {
    const BarInput bar = session.bars.row(i);
    gap = session.traded[i] != 0 ? 0 : gap + 1;
    result.longest_gap = std::max(result.longest_gap, gap);
    if (session.traded[i] == 0) continue;
    ++result.traded_minutes;
    result.volume += bar.volume;
    result.dollar_volume += traded_value(bar);
    volumes.push_back(bar.volume);
    if (std::isnan(first_open)) first_open = bar.open;
    last_close = bar.close;
  }
  result.traded_share = session.session_minutes > 0
                            ? static_cast<double>(result.traded_minutes) / session.session_minutes
                            : kNoValue;
  result.median_volume = median(std::move(volumes));
  result.amihud = result.dollar_volume > 0
                      ? std::fabs(std::log(last_close / first_open)) / result.dollar_volume * 1e6
                      : kNoValue;
  return result;
}

DailySummary daily_summary(const SessionBars& session) {
  DailySummary day{.open = kNoValue, .high = kNoValue, .low = kNoValue, .close = kNoValue};
  double value = 0;
  double squares = 0;
  for (const double change : log_returns(session.bars)) {
    if (!std::isnan(change)) squares += change * change;
  }
  for (std::size_t i = 0; i < session.bars.size(); ++i) {
    const BarInput bar = session.bars.row(i);
    if (!bar.priced) continue;
    if (session.traded[i] == 0) {
      ++day.filled_minutes;
      continue;
    }
    if (day.first_traded_minute < 0) {
      day.first_traded_minute = static_cast<std::int32_t>(i);
      day.open = bar.open;
    }
    day.last_traded_minute = static_cast<std::int32_t>(i);
    day.high = std::fmax(day.high, bar.high);
    day.low = std::fmin(day.low, bar.low);
    day.close = bar.close;
    day.volume += bar.volume;
    value += traded_value(bar);
  }
  day.vwap = day.volume > 0 ? value / day.volume : kNoValue;
  day.session_return = day.close / day.open - 1.0;
  day.gap = day.open / session.previous_close - 1.0;
  day.range = day.high / day.low - 1.0;
  day.realized_volatility = day.first_traded_minute >= 0 ? std::sqrt(squares) : kNoValue;
  return day;
}

}  // namespace goldtape::feature
