// Exponential and Wilder's smoothing, seeded by the mean of their first values as TA-Lib does.
#pragma once

#include <cstdint>
#include <limits>

namespace goldtape::feature {

/// Exponential moving average: e + 2/(N+1) (x - e). Trivially copyable.
template <std::int64_t kPeriod>
class Ema {
 public:
  /// The average with `value`; NaN before kPeriod values have come.
  double push(double value) {
    if (count_ >= kPeriod) {
      average_ = (value - average_) * kFactor + average_;
      return average_;
    }
    average_ += value;
    if (++count_ < kPeriod) return std::numeric_limits<double>::quiet_NaN();
    average_ /= static_cast<double>(kPeriod);
    return average_;
  }

 private:
  static constexpr double kFactor = 2.0 / (static_cast<double>(kPeriod) + 1.0);
  std::int64_t count_ = 0;
  double average_ = 0;  ///< A plain sum until kPeriod values have come.
};

/// Wilder's smoothing: (e (N-1) + x) / N. Trivially copyable. J. Welles Wilder, "New Concepts in Technical
/// Trading Systems", 1978.
template <std::int64_t kPeriod>
class WilderMean {
 public:
  /// The mean with `value`; NaN before kPeriod values have come.
  double push(double value) {
    if (count_ >= kPeriod) {
      mean_ = (mean_ * static_cast<double>(kPeriod - 1) + value) / static_cast<double>(kPeriod);
      return mean_;
    }
    mean_ += value;
    if (++count_ < kPeriod) return std::numeric_limits<double>::quiet_NaN();
    mean_ /= static_cast<double>(kPeriod);
    return mean_;
  }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0;  ///< A plain sum until kPeriod values have come.
};

}  // namespace goldtape::feature
