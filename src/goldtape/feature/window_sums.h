// Sums over the last N values by pairwise doubling: S_2k(t) = S_k(t) + S_k(t-k), and 20 = 4 + 16:
// S_20(t) = S_4(t) + S_16(t-4). Each sum is built anew from at most log2(N) partial sums, so no rounding
// error piles up over time as in running sums. A stream keeps the partial sums in rings, a batch in columns;
// both add the same numbers in the same order, so both give the same bits.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "goldtape/feature/history_column.h"

namespace goldtape::feature {

/// Which partial sums the windows are made of. Level l holds sums of 2^l values.
template <std::size_t... kWindows>
struct DoublingPlan {
  static constexpr std::size_t kLevels = static_cast<std::size_t>(std::bit_width(std::max({kWindows...})));

  /// How many rows back anyone looks into a level: the next level, and windows past their smaller parts.
  static constexpr std::size_t history(std::size_t level) {
    const std::size_t length = std::size_t{1} << level;
    std::size_t rows = level + 1 < kLevels ? length : 0;
    for (const std::size_t window : {kWindows...}) {
      if ((window & length) != 0) rows = std::max(rows, window % length);
    }
    return rows;
  }
  static constexpr std::size_t longest_history() {
    std::size_t rows = 0;
    for (std::size_t level = 0; level < kLevels; ++level) rows = std::max(rows, history(level));
    return rows;
  }

  /// The sum over a window; `at(level, back)` is the partial sum of a level that ended `back` rows ago.
  template <std::size_t kWindow, typename At>
  [[gnu::always_inline]] static double sum(const At& at) {
    constexpr std::size_t kLevel = static_cast<std::size_t>(std::bit_width(kWindow)) - 1;
    constexpr std::size_t kRest = kWindow % (std::size_t{1} << kLevel);
    if constexpr (kRest == 0) {
      return at(kLevel, 0);
    } else {
      return sum<kRest>(at) + at(kLevel, kRest);
    }
  }
};

template <std::size_t... kWindows>
class WindowSumColumns;

/// Sums over each of the given window lengths, value by value. Trivially copyable: its bytes are its state.
/// What was before the first value counts as 0; callers know when a window is full.
template <std::size_t... kWindows>
class WindowSums {
  using Plan = DoublingPlan<kWindows...>;

  static constexpr std::array<std::size_t, Plan::kLevels + 1> starts() {
    std::array<std::size_t, Plan::kLevels + 1> start{};
    for (std::size_t level = 0; level < Plan::kLevels; ++level) {
      start[level + 1] = start[level] + std::bit_ceil(Plan::history(level) + 1);
    }
    return start;
  }
  static constexpr auto kStarts = starts();

 public:
  /// The same for a batch.
  using Columns = WindowSumColumns<kWindows...>;

  /// Takes the next value.
  void push(double value) {
    ++now_;
    double sum = value;
    for (std::size_t level = 0;; ++level) {
      at(level, 0) = sum;
      if (level + 1 == Plan::kLevels) break;
      sum += at(level, std::size_t{1} << level);
    }
  }

  /// Sum of the last kWindow values, the newest included.
  template <std::size_t kWindow>
  [[nodiscard]] double sum() const {
    static_assert(((kWindow == kWindows) || ...), "not one of the windows this was made for");
    return Plan::template sum<kWindow>(
        [this](std::size_t level, std::size_t back) { return at(level, back); });
  }

 private:
  friend class WindowSumColumns<kWindows...>;

  [[nodiscard]] std::size_t index(std::size_t level, std::size_t back) const {
    const std::size_t size = kStarts[level + 1] - kStarts[level];
    return kStarts[level] + ((now_ - back) & (size - 1));
  }
  [[nodiscard]] double& at(std::size_t level, std::size_t back) { return partial_[index(level, back)]; }
  [[nodiscard]] double at(std::size_t level, std::size_t back) const { return partial_[index(level, back)]; }

  std::uint64_t now_ = 0;
  std::array<double, kStarts[Plan::kLevels]> partial_{};
};

/// The same sums over a block of rows at a time.
template <std::size_t... kWindows>
class WindowSumColumns {
  using Plan = DoublingPlan<kWindows...>;

 public:
  /// Goes on where a stream stands.
  void load(const WindowSums<kWindows...>& stream) {
    for (std::size_t level = 0; level < Plan::kLevels; ++level) {
      double* now = levels_[level].now() - 1;
      for (std::size_t back = 0; back < Plan::history(level); ++back) *(now - back) = stream.at(level, back);
    }
  }
  /// Lets a stream go on after the blocks taken. Requires: `rows` rows were taken since load().
  void store(std::size_t rows, WindowSums<kWindows...>& stream) const {
    stream.now_ += rows;
    for (std::size_t level = 0; level < Plan::kLevels; ++level) {
      const double* now = levels_[level].now() - 1;
      for (std::size_t back = 0; back < Plan::history(level); ++back) stream.at(level, back) = *(now - back);
    }
  }

  /// Takes a block's values. Requires: rows <= kBlockRows; each block ends with roll().
  [[gnu::always_inline]] void push(const double* values, std::size_t rows) {
    std::copy_n(values, rows, levels_[0].now());
    for (std::size_t level = 0; level + 1 < Plan::kLevels; ++level) {
      const double* half = levels_[level].now();
      const double* before = half - (std::size_t{1} << level);
      double* whole = levels_[level + 1].now();
      GOLDTAPE_ROWS_APART
      for (std::size_t i = 0; i < rows; ++i) whole[i] = half[i] + before[i];
    }
  }
  /// Sum of the kWindow values that end at row i of the block.
  template <std::size_t kWindow>
  [[gnu::always_inline]] [[nodiscard]] double sum(std::size_t i) const {
    return Plan::template sum<kWindow>([this, i](std::size_t level, std::size_t back) __attribute__((
                                           always_inline)) { return *(levels_[level].now() + i - back); });
  }
  void roll(std::size_t rows) {
    for (auto& level : levels_) level.roll(rows);
  }

 private:
  std::array<HistoryColumn<Plan::longest_history()>, Plan::kLevels> levels_;
};

}  // namespace goldtape::feature
