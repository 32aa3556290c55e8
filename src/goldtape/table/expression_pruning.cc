// What partition values and column bounds say about a filter.
//
// NaN is the greatest value of its type and equals itself, as in Spark, DuckDB and PostgreSQL. Bounds never
// include it.
#include <algorithm>
#include <cmath>
#include <functional>

#include "goldtape/table/expression.h"
#include "goldtape/table/expression_internal.h"
#include "goldtape/table/expression_verdict_internal.h"

namespace goldtape::table {
namespace {

using internal::judge;
using internal::Range;
using internal::Verdict;
using Node = BoundExpression::Node;

bool is_floating(const Type& type) { return type.id == TypeId::kFloat || type.id == TypeId::kDouble; }

bool is_nan(const Literal& value) {
  if (const auto* f = std::get_if<float>(&value)) return std::isnan(*f);
  if (const auto* d = std::get_if<double>(&value)) return std::isnan(*d);
  return false;
}

// One comparison with a constant, as if no value were NULL; NaN only where `may_nan` says so.
Verdict judge_value(ExprKind kind, const Literal& value, const Range& range) {
  const auto to_lower = range.lower ? compare(value, *range.lower) : std::strong_ordering::greater;
  const auto to_upper = range.upper ? compare(value, *range.upper) : std::strong_ordering::less;
  const bool below = to_lower < 0;  // value < every x
  const bool at_lower = to_lower == 0;
  const bool above = to_upper > 0;  // value > every x but NaN
  const bool at_upper = to_upper == 0;
  const bool only = at_lower && at_upper && !range.may_nan;
  switch (kind) {
    case ExprKind::kEq: return {.may = !below && (!above || (range.may_nan && is_nan(value))), .must = only};
    case ExprKind::kNotEq: return {.may = !only, .must = below || (above && !range.may_nan)};
    case ExprKind::kLt: return {.may = !below && !at_lower, .must = above && !range.may_nan};
    case ExprKind::kLtEq: return {.may = !below, .must = (above || at_upper) && !range.may_nan};
    case ExprKind::kGt: return {.may = range.may_nan || (!above && !at_upper), .must = below};
    case ExprKind::kGtEq: return {.may = range.may_nan || !above, .must = below || at_lower};
    default: return {};
  }
}

}  // namespace

Verdict internal::judge(ExprKind kind, const std::vector<Literal>& values, const Range& range) {
  if (kind == ExprKind::kIsNull) return {.may = range.may_null, .must = range.all_null};
  if (kind == ExprKind::kNotNull) return {.may = !range.all_null, .must = !range.may_null};
  if (range.all_null) return {.may = false, .must = false};
  Verdict verdict;
  if (kind == ExprKind::kIn) {
    verdict = {.may = false, .must = false};
    for (const Literal& value : values) {
      const Verdict one = judge_value(ExprKind::kEq, value, range);
      verdict = {.may = verdict.may || one.may, .must = verdict.must || one.must};
    }
  } else if (kind == ExprKind::kNotIn) {
    verdict = {.may = true, .must = true};
    for (const Literal& value : values) {
      const Verdict one = judge_value(ExprKind::kNotEq, value, range);
      verdict = {.may = verdict.may && one.may, .must = verdict.must && one.must};
    }
  } else {
    verdict = judge_value(kind, values.at(0), range);
  }
  verdict.must = verdict.must && !range.may_null;
  return verdict;
}

namespace {

// The predicate on partition values that every row matching the leaf satisfies, or that only matching rows
// do (`strict`). Empty when the transform tells nothing.
struct Projected {
  ExprKind kind;
  std::vector<Literal> values;
};

std::optional<Projected> project(const Node& leaf, const Transform& transform, bool strict) {
  if (transform.kind == TransformKind::kVoid) return std::nullopt;
  Projected projected{leaf.kind, {}};
  for (const Literal& value : leaf.values) projected.values.push_back(apply(transform, value, leaf.type));
  if (transform.kind == TransformKind::kIdentity) return projected;
  switch (leaf.kind) {
    case ExprKind::kIsNull:
    case ExprKind::kNotNull: return projected;
    case ExprKind::kEq:
    case ExprKind::kIn:
      // Another value may fall into the same partition.
      return strict ? std::nullopt : std::optional(projected);
    case ExprKind::kNotEq:
    case ExprKind::kNotIn: return strict ? std::optional(projected) : std::nullopt;
    default: break;
  }
  if (!preserves_order(transform)) return std::nullopt;
  const bool upwards = leaf.kind == ExprKind::kGt || leaf.kind == ExprKind::kGtEq;
  if (strict) {
    projected.kind = upwards ? ExprKind::kGt : ExprKind::kLt;
  } else {
    projected.kind = upwards ? ExprKind::kGtEq : ExprKind::kLtEq;
  }
  return projected;
}

Verdict judge_partition(const Node& leaf, const Transform& transform, const Range& range) {
  Verdict verdict;
  if (const auto inclusive = project(leaf, transform, false)) {
    verdict.may = judge(inclusive->kind, inclusive->values, range).may;
  }
  if (const auto strict = project(leaf, transform, true)) {
    verdict.must = judge(strict->kind, strict->values, range).must;
  }
  return verdict;
}

void add(Verdict& total, const Verdict& one) {
  total = {.may = total.may && one.may, .must = total.must || one.must};
}

Range range_of(const Literal& value) {
  Range range{.lower = {},
              .upper = {},
              .may_null = holds_null(value),
              .all_null = holds_null(value),
              .may_nan = is_nan(value)};
  if (!range.may_null && !range.may_nan) range.lower = range.upper = value;
  return range;
}

// Bounds as stored; one that cannot be read is as good as none.
std::optional<Literal> bound(const std::string* bytes, const Type& type) {
  if (bytes == nullptr) return std::nullopt;
  auto value = from_bytes(*bytes, type);
  if (!value || is_nan(*value)) return std::nullopt;
  return *std::move(value);
}

Range range_of(const DataFile& file, const Node& leaf) {
  Range range;
  range.lower = bound(file.lower_bounds.find(leaf.field_id), leaf.type);
  range.upper = bound(file.upper_bounds.find(leaf.field_id), leaf.type);
  const std::int64_t* nulls = file.null_value_counts.find(leaf.field_id);
  const std::int64_t* values = file.value_counts.find(leaf.field_id);
  const std::int64_t* nans = file.nan_value_counts.find(leaf.field_id);
  range.may_null = nulls == nullptr || *nulls > 0;
  range.all_null = nulls != nullptr && values != nullptr && *values > 0 && *nulls == *values;
  range.may_nan = is_floating(leaf.type) && (nans == nullptr || *nans > 0);
  return range;
}

Verdict judge_file(const Node& leaf, const DataFile& file, const PartitionSpec& spec) {
  Verdict verdict = judge(leaf.kind, leaf.values, range_of(file, leaf));
  for (std::size_t i = 0; i < spec.fields.size() && i < file.partition.size(); ++i) {
    if (spec.fields[i].source_id != leaf.field_id) continue;
    add(verdict, judge_partition(leaf, spec.fields[i].transform, range_of(file.partition[i])));
  }
  return verdict;
}

Verdict judge_manifest(const Node& leaf, const ManifestFile& manifest, const PartitionSpec& spec) {
  Verdict verdict;
  for (std::size_t i = 0; i < spec.fields.size() && i < manifest.partitions.size(); ++i) {
    if (spec.fields[i].source_id != leaf.field_id) continue;
    const FieldSummary& summary = manifest.partitions[i];
    const auto type = result_type(spec.fields[i].transform, leaf.type);
    if (!type) continue;
    Range range;
    range.lower = bound(summary.lower_bound ? &*summary.lower_bound : nullptr, *type);
    range.upper = bound(summary.upper_bound ? &*summary.upper_bound : nullptr, *type);
    range.may_null = summary.contains_null;
    range.may_nan = is_floating(*type) && summary.contains_nan.value_or(true);
    range.all_null = summary.contains_null && !summary.lower_bound && !range.may_nan;
    add(verdict, judge_partition(leaf, spec.fields[i].transform, range));
  }
  return verdict;
}

using Judge = std::function<Verdict(const Node&)>;

Verdict judge_tree(const Node* node, const Judge& judge_leaf) {
  if (node == nullptr) return {.may = true, .must = true};
  switch (node->kind) {
    case ExprKind::kFalse: return {.may = false, .must = false};
    case ExprKind::kAnd: {
      const Verdict left = judge_tree(node->left.get(), judge_leaf);
      const Verdict right = judge_tree(node->right.get(), judge_leaf);
      return {.may = left.may && right.may, .must = left.must && right.must};
    }
    case ExprKind::kOr: {
      const Verdict left = judge_tree(node->left.get(), judge_leaf);
      const Verdict right = judge_tree(node->right.get(), judge_leaf);
      return {.may = left.may || right.may, .must = left.must || right.must};
    }
    default: return judge_leaf(*node);
  }
}

}  // namespace

bool BoundExpression::may_match(const DataFile& file, const PartitionSpec& spec) const {
  return judge_tree(node(), [&](const Node& leaf) { return judge_file(leaf, file, spec); }).may;
}

bool BoundExpression::must_match(const DataFile& file, const PartitionSpec& spec) const {
  return judge_tree(node(), [&](const Node& leaf) { return judge_file(leaf, file, spec); }).must;
}

bool BoundExpression::may_match(const ManifestFile& manifest, const PartitionSpec& spec) const {
  return judge_tree(node(), [&](const Node& leaf) { return judge_manifest(leaf, manifest, spec); }).may;
}

}  // namespace goldtape::table
