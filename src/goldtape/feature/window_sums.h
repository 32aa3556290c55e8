// Sums over the last N values by pairwise doubling: S_2k(t) = S_k(t) + S_k(t-k). Each sum is built anew from
// at most log2(N) partial sums, so no rounding error piles up over time as in running sums, and a stream
// adds in the same order as a batch: the same bits.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace goldtape::feature {

/// Sums over each of the given window lengths. Trivially copyable: its bytes are its state. What was before
/// the first value counts as 0; callers know when a window is full.
template <std::size_t... kWindows>
class WindowSums {
  static constexpr std::size_t kLongest = std::max({kWindows...});
  static constexpr std::size_t kLevels = static_cast<std::size_t>(std::bit_width(kLongest));

  /// How far back the partial sums of a level are looked up: by the next level, and by windows that are no
  /// power of two (200 = 128 now, 64 at t-128, 8 at t-192).
  static constexpr std::array<std::size_t, kLevels> delays() {
    std::array<std::size_t, kLevels> delay{};
    for (std::size_t level = 0; level + 1 < kLevels; ++level) delay[level] = std::size_t{1} << level;
    for (const std::size_t window : {kWindows...}) {
      std::size_t offset = 0;
      for (std::size_t level = kLevels; level-- > 0;) {
        if ((window >> level & 1U) == 0) continue;
        delay[level] = std::max(delay[level], offset);
        offset += std::size_t{1} << level;
      }
    }
    return delay;
  }
  static constexpr auto kDelays = delays();

  static constexpr std::array<std::size_t, kLevels + 1> starts() {
    std::array<std::size_t, kLevels + 1> start{};
    for (std::size_t level = 0; level < kLevels; ++level) {
      start[level + 1] = start[level] + std::bit_ceil(kDelays[level] + 1);
    }
    return start;
  }
  static constexpr auto kStarts = starts();

 public:
  /// Takes the next value.
  void push(double value) {
    ++now_;
    double sum = value;
    for (std::size_t level = 0;; ++level) {
      at(level, 0) = sum;
      if (level + 1 == kLevels) break;
      sum += at(level, std::size_t{1} << level);
    }
  }

  /// Sum of the last kWindow values, the newest included.
  template <std::size_t kWindow>
  [[nodiscard]] double sum() const {
    static_assert(((kWindow == kWindows) || ...), "not one of the windows this was made for");
    double total = 0;
    std::size_t offset = 0;
    for (std::size_t level = kLevels; level-- > 0;) {
      if ((kWindow >> level & 1U) == 0) continue;
      total += at(level, offset);
      offset += std::size_t{1} << level;
    }
    return total;
  }

 private:
  [[nodiscard]] std::size_t index(std::size_t level, std::size_t back) const {
    const std::size_t size = kStarts[level + 1] - kStarts[level];
    return kStarts[level] + ((now_ - back) & (size - 1));
  }
  [[nodiscard]] double& at(std::size_t level, std::size_t back) { return partial_[index(level, back)]; }
  [[nodiscard]] double at(std::size_t level, std::size_t back) const { return partial_[index(level, back)]; }

  std::uint64_t now_ = 0;
  std::array<double, kStarts[kLevels]> partial_{};
};

}  // namespace goldtape::feature
