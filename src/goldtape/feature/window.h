// The last N values, and statistics over them that lose no digits to cancellation.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace goldtape::feature {

struct Moments {
  double mean = 0;
  double squares = 0;  ///< Sum of squared distances from the mean.
};

/// Trivially copyable: its bytes are its state.
template <std::size_t kSize>
class Window {
 public:
  void push(double value) {
    newest_ = (newest_ + 1) % kSize;
    values_[newest_] = value;
  }
  /// The value `back` steps ago; 0 is the newest. Requires: back < kSize.
  [[nodiscard]] double at(std::size_t back) const { return values_[(newest_ + kSize - back) % kSize]; }

  /// Two passes over distances from the newest value (Chan, Golub, LeVeque 1983, shifted data): exact 0 for a
  /// window of equal values, and no cancellation for prices of 10^5 that move by cents.
  [[nodiscard]] Moments moments() const {
    const double shift = values_[newest_];
    double sum = 0;
    for (const double value : values_) sum += value - shift;
    const double mean = sum / static_cast<double>(kSize);
    double squares = 0;
    for (const double value : values_) {
      const double distance = (value - shift) - mean;
      squares += distance * distance;
    }
    return {.mean = shift + mean, .squares = squares};
  }
  [[nodiscard]] double population_deviation() const {
    return std::sqrt(moments().squares / static_cast<double>(kSize));
  }

 private:
  std::size_t newest_ = kSize - 1;
  std::array<double, kSize> values_{};
};

}  // namespace goldtape::feature
