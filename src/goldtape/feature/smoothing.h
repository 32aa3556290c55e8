// Exponential and Wilder's smoothing, seeded by the mean of their first values as TA-Lib does.
#pragma once

#include <cstdint>
#include <limits>

namespace goldtape::feature {

/// average + factor (x - average), from the mean of the first kPeriod values. Trivially copyable.
template <std::int64_t kPeriod, double kFactor>
class Smoothing {
 public:
  /// The average with `value`; NaN before kPeriod values have come.
  double push(double value) {
    if (count_ >= kPeriod) return push_seeded(value);
    average_ += value;
    if (++count_ < kPeriod) return std::numeric_limits<double>::quiet_NaN();
    average_ /= static_cast<double>(kPeriod);
    return average_;
  }
  /// The same without the question. Requires: kPeriod values have come.
  [[gnu::always_inline]] double push_seeded(double value) {
    average_ = (value - average_) * kFactor + average_;
    return average_;
  }

 private:
  std::int64_t count_ = 0;
  double average_ = 0;  ///< A plain sum until kPeriod values have come.
};

/// Exponential moving average.
template <std::int64_t kPeriod>
using Ema = Smoothing<kPeriod, 2.0 / (static_cast<double>(kPeriod) + 1.0)>;

/// Wilder's smoothing, (average (N-1) + x) / N. J. Welles Wilder, "New Concepts in Technical Trading
/// Systems", 1978.
template <std::int64_t kPeriod>
using WilderMean = Smoothing<kPeriod, 1.0 / static_cast<double>(kPeriod)>;

}  // namespace goldtape::feature
