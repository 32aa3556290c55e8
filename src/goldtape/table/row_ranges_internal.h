// Sets of rows of a file: ascending, disjoint, half-open ranges. Not public.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace goldtape::table::internal {

struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t size() const { return end - begin; }
  bool operator==(const RowRange&) const = default;
};

class RowRanges {
 public:
  RowRanges() = default;
  /// The rows from 0 on.
  [[nodiscard]] static RowRanges first(std::int64_t rows);

  /// Requires: range.begin is no less than the end of the last one. An empty range changes nothing; one that
  /// touches the last is joined to it.
  void add(RowRange range);

  [[nodiscard]] const std::vector<RowRange>& ranges() const { return ranges_; }
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] std::int64_t count() const;
  /// Whether some row of the range is in the set.
  [[nodiscard]] bool meets(RowRange range) const;
  /// The ranges of the set that have rows in this one; the first and the last may go beyond it.
  [[nodiscard]] std::span<const RowRange> meeting(RowRange range) const;
  bool operator==(const RowRanges&) const = default;

 private:
  std::vector<RowRange> ranges_;
};

[[nodiscard]] RowRanges intersection(const RowRanges& a, const RowRanges& b);
[[nodiscard]] RowRanges combination(const RowRanges& a, const RowRanges& b);
/// What is in `a` and not in `b`.
[[nodiscard]] RowRanges difference(const RowRanges& a, const RowRanges& b);

}  // namespace goldtape::table::internal
