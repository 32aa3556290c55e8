// What a bar contributes to the features, apart from memory: one line each, shared by the stream and the
// batch.
#pragma once

#include <limits>

namespace goldtape::feature {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// Price that a bar's volume changed hands at: the vendor's vwap, else the typical price.
[[gnu::always_inline]] inline double traded_price(double vwap, double high, double low, double close) {
  const double typical = (high + low + close) / 3.0;
  return vwap == vwap ? vwap : typical;
}

[[gnu::always_inline]] inline double gain(double change) { return change > 0.0 ? change : 0.0; }
[[gnu::always_inline]] inline double loss(double change) { return change < 0.0 ? -change : 0.0; }

/// Wilder's true range: the bar's range with the previous close in it.
[[gnu::always_inline]] inline double true_range(double high, double low, double previous_close) {
  const double top = high > previous_close ? high : previous_close;
  const double bottom = low < previous_close ? low : previous_close;
  return top - bottom;
}

/// From Wilder's means of gains and losses. Both none: 0, as TA-Lib says it (below its TA_EPSILON of 1e-14).
[[gnu::always_inline]] inline double rsi(double mean_gain, double mean_loss) {
  const double both = mean_gain + mean_loss;
  const double strength = 100.0 * (mean_gain / both);
  return both < 1e-14 ? 0.0 : strength;
}

/// Volume with the sign of the price's move.
[[gnu::always_inline]] inline double signed_volume(double close, double previous_close, double volume) {
  const double fallen = close < previous_close ? -volume : 0.0;
  return close > previous_close ? volume : fallen;
}

/// A price averaged over volume; none without volume.
[[gnu::always_inline]] inline double average_price(double value, double volume) {
  const double price = value / volume;
  return volume > 0.0 ? price : kNoValue;
}

/// Deviations from the mean, given squares about it over `count` values; none when they did not vary.
[[gnu::always_inline]] inline double z_score(double value, double mean, double deviation) {
  const double score = (value - mean) / deviation;
  return deviation > 0.0 ? score : kNoValue;
}

}  // namespace goldtape::feature
