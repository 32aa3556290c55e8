// What is known of many values at once, and what that says of a predicate about them. Not public.
#pragma once

#include <optional>
#include <vector>

#include "goldtape/table/expression.h"
#include "goldtape/table/literal.h"

namespace goldtape::table::internal {

/// Whether some row can match, and whether all rows must.
struct Verdict {
  bool may = true;
  bool must = false;
};

/// What is known of the values that a predicate is about: those of a file, a row group, a page, a partition.
struct Range {
  std::optional<Literal> lower;
  std::optional<Literal> upper;
  bool may_null = true;
  bool all_null = false;
  bool may_nan = false;
};

/// A leaf's kind and its sorted constants, of the type of the range.
[[nodiscard]] Verdict judge(ExprKind kind, const std::vector<Literal>& values, const Range& range);

}  // namespace goldtape::table::internal
