// A block of a column with the values before it: what the batch kernels look back into.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

/// Before a loop over rows whose columns do not overlap: lets g++ vectorise it without asking at run time.
#if defined(__GNUC__) && !defined(__clang__)
#define GOLDTAPE_ROWS_APART _Pragma("GCC ivdep")
#else
#define GOLDTAPE_ROWS_APART
#endif

namespace goldtape::feature {

/// Rows that the batch kernels take at a time, so that a block's columns stay in the cache.
inline constexpr std::size_t kBlockRows = 512;

/// A value and those before it, by how many rows back.
struct RowsBack {
  const double* row;
  [[gnu::always_inline]] double operator()(std::size_t back) const { return *(row - back); }
};

/// `now()[i]` is row i of the block, `now()[-k]` what came k rows before the block, k <= kHistory.
template <std::size_t kHistory>
class HistoryColumn {
 public:
  [[nodiscard]] double* now() { return values_.data() + kHistory; }
  [[nodiscard]] const double* now() const { return values_.data() + kHistory; }
  /// Row i of the block and those before it.
  [[gnu::always_inline]] [[nodiscard]] RowsBack back_from(std::size_t i) const { return {now() + i}; }
  /// Makes the end of a block of `rows` the history of the next. Requires: rows <= kBlockRows.
  void roll(std::size_t rows) {
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(rows), kHistory, values_.begin());
  }

 private:
  std::array<double, kHistory + kBlockRows> values_;
};

}  // namespace goldtape::feature
