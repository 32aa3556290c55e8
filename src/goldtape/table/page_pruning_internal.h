// Which rows of a row group a filter leaves, by the statistics of its pages. Not public.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "goldtape/table/expression.h"
#include "goldtape/table/expression_verdict_internal.h"
#include "goldtape/table/row_ranges_internal.h"

namespace goldtape::table::internal {

/// Rows of a column and what is known of their values.
struct PageRange {
  RowRange rows;
  Range values;
};

/// The pages of a column by field id, ascending and without gaps; null when nothing is known of it.
using PagesOf = std::function<const std::vector<PageRange>*(std::int32_t field_id)>;

/// What is known of all values of a column by field id; null when nothing is.
using RangeOf = std::function<const Range*(std::int32_t field_id)>;
/// False only when none of the rows of which this is known can match.
[[nodiscard]] bool may_match(const BoundExpression& filter, const RangeOf& range_of);

struct MatchingRows {
  RowRanges may;   ///< The others do not match.
  RowRanges must;  ///< Part of `may`: these match for certain.
};

/// Of the rows from 0 to `rows`.
[[nodiscard]] MatchingRows matching_rows(const BoundExpression& filter, std::int64_t rows,
                                         const PagesOf& pages_of);

}  // namespace goldtape::table::internal
