#include <algorithm>

#include "goldtape/table/row_ranges_internal.h"

namespace goldtape::table::internal {

RowRanges RowRanges::first(std::int64_t rows) {
  RowRanges all;
  all.add({0, rows});
  return all;
}

void RowRanges::add(RowRange range) {
  if (range.size() <= 0) return;
  if (!ranges_.empty() && ranges_.back().end == range.begin) {
    ranges_.back().end = range.end;
  } else {
    ranges_.push_back(range);
  }
}

std::int64_t RowRanges::count() const {
  std::int64_t rows = 0;
  for (const RowRange& range : ranges_) rows += range.size();
  return rows;
}

bool RowRanges::meets(RowRange range) const { return !meeting(range).empty(); }

std::span<const RowRange> RowRanges::meeting(RowRange range) const {
  const auto first = std::partition_point(ranges_.begin(), ranges_.end(),
                                          [&](const RowRange& one) { return one.end <= range.begin; });
  auto last = first;
  while (last != ranges_.end() && std::max(last->begin, range.begin) < std::min(last->end, range.end)) ++last;
  return {first, last};
}

RowRanges intersection(const RowRanges& a, const RowRanges& b) {
  RowRanges both;
  auto left = a.ranges().begin();
  auto right = b.ranges().begin();
  while (left != a.ranges().end() && right != b.ranges().end()) {
    both.add({std::max(left->begin, right->begin), std::min(left->end, right->end)});
    if (left->end < right->end) {
      ++left;
    } else {
      ++right;
    }
  }
  return both;
}

RowRanges combination(const RowRanges& a, const RowRanges& b) {
  RowRanges either;
  auto left = a.ranges().begin();
  auto right = b.ranges().begin();
  std::int64_t done = 0;  // Rows before this one are in `either` where they belong.
  while (left != a.ranges().end() || right != b.ranges().end()) {
    const bool from_left =
        right == b.ranges().end() || (left != a.ranges().end() && left->begin < right->begin);
    const RowRange next = from_left ? *left++ : *right++;
    either.add({std::max(next.begin, done), next.end});
    done = std::max(done, next.end);
  }
  return either;
}

RowRanges difference(const RowRanges& a, const RowRanges& b) {
  RowRanges left;
  auto taken = b.ranges().begin();
  for (const RowRange& range : a.ranges()) {
    std::int64_t at = range.begin;
    while (taken != b.ranges().end() && taken->end <= at) ++taken;
    for (auto next = taken; next != b.ranges().end() && next->begin < range.end; ++next) {
      left.add({at, next->begin});
      at = std::max(at, next->end);
    }
    left.add({at, range.end});
  }
  return left;
}

}  // namespace goldtape::table::internal
