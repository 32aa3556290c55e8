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
    Lanes sums{};
    for (std::size_t i = 0; i < kSize; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += values_[i + lane] - shift;
    }
    const double mean = total(sums) / static_cast<double>(kSize);
    Lanes squares{};
    for (std::size_t i = 0; i < kSize; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double distance = (values_[i + lane] - shift) - mean;
        squares[lane] += distance * distance;
      }
    }
    return {.mean = shift + mean, .squares = total(squares)};
  }
  [[nodiscard]] double population_deviation() const {
    return std::sqrt(moments().squares / static_cast<double>(kSize));
  }

 private:
  /// Independent partial sums: the processor adds them side by side.
  static constexpr std::size_t kLanes = 4;
  static_assert(kSize % kLanes == 0);
  using Lanes = std::array<double, kLanes>;
  static double total(const Lanes& lanes) { return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]); }

  std::size_t newest_ = kSize - 1;
  std::array<double, kSize> values_{};
};

}  // namespace goldtape::feature
