#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/table/row_ranges_internal.h"

namespace goldtape::table::internal {
namespace {

using Rows = std::set<std::int64_t>;

RowRanges ranges_of(const Rows& rows) {
  RowRanges ranges;
  for (const std::int64_t row : rows) ranges.add({row, row + 1});
  return ranges;
}

Rows rows_of(const RowRanges& ranges) {
  Rows rows;
  for (const RowRange& range : ranges.ranges()) {
    for (std::int64_t row = range.begin; row < range.end; ++row) rows.insert(row);
  }
  return rows;
}

Rows some_rows() { return *rc::gen::container<Rows>(rc::gen::inRange<std::int64_t>(0, 40)); }

TEST(RowRanges, JoinWhatTouches) {
  RowRanges rows;
  rows.add({2, 4});
  rows.add({4, 4});
  rows.add({4, 7});
  rows.add({9, 10});
  EXPECT_EQ(rows.ranges(), (std::vector<RowRange>{{2, 7}, {9, 10}}));
  EXPECT_EQ(rows.count(), 6);
  EXPECT_TRUE(rows.meets({6, 9}));
  EXPECT_FALSE(rows.meets({7, 9}));
  EXPECT_FALSE(rows.meets({10, 12}));
}

RC_GTEST_PROP(RowRanges, AreSetsOfRows, ()) {
  const Rows a = some_rows();
  const Rows b = some_rows();
  Rows both;
  Rows either = a;
  Rows left;
  for (const auto row : a) (b.contains(row) ? both : left).insert(row);
  either.insert(b.begin(), b.end());
  RC_ASSERT(intersection(ranges_of(a), ranges_of(b)) == ranges_of(both));
  RC_ASSERT(combination(ranges_of(a), ranges_of(b)) == ranges_of(either));
  RC_ASSERT(difference(ranges_of(a), ranges_of(b)) == ranges_of(left));
  RC_ASSERT(rows_of(ranges_of(a)) == a);
}

RC_GTEST_PROP(RowRanges, CutToARange, ()) {
  const Rows a = some_rows();
  const auto begin = *rc::gen::inRange<std::int64_t>(0, 40);
  const auto end = *rc::gen::inRange<std::int64_t>(begin, 41);
  Rows inside;
  for (const auto row : a) {
    if (row >= begin && row < end) inside.insert(row);
  }
  const RowRanges all = ranges_of(a);
  RowRanges part;
  for (const RowRange& range : all.meeting({begin, end})) {
    const RowRange clipped{std::max(range.begin, begin), std::min(range.end, end)};
    RC_ASSERT(clipped.size() > 0);
    part.add(clipped);
  }
  RC_ASSERT(part == ranges_of(inside));
  RC_ASSERT(ranges_of(a).meets({begin, end}) == !inside.empty());
}

}  // namespace
}  // namespace goldtape::table::internal
