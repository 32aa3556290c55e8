#include "goldtape/table/expression_internal.h"
#include "goldtape/table/page_pruning_internal.h"

namespace goldtape::table::internal {
namespace {

using Node = BoundExpression::Node;

MatchingRows judge_leaf(const Node& leaf, std::int64_t rows, const PagesOf& pages_of) {
  const std::vector<PageRange>* pages = pages_of(leaf.field_id);
  if (pages == nullptr) return {.may = RowRanges::first(rows), .must = {}};
  MatchingRows matching;
  for (const PageRange& page : *pages) {
    const Verdict verdict = judge(leaf.kind, leaf.values, page.values);
    if (!verdict.may) continue;
    matching.may.add(page.rows);
    if (verdict.must) matching.must.add(page.rows);
  }
  return matching;
}

MatchingRows judge_node(const Node* node, std::int64_t rows, const PagesOf& pages_of) {
  if (node == nullptr) return {.may = RowRanges::first(rows), .must = RowRanges::first(rows)};
  if (node->kind == ExprKind::kFalse) return {};
  const bool both = node->kind == ExprKind::kAnd;
  if (!both && node->kind != ExprKind::kOr) return judge_leaf(*node, rows, pages_of);
  const MatchingRows left = judge_node(node->left.get(), rows, pages_of);
  const MatchingRows right = judge_node(node->right.get(), rows, pages_of);
  if (both) return {intersection(left.may, right.may), intersection(left.must, right.must)};
  return {combination(left.may, right.may), combination(left.must, right.must)};
}

bool may_match_node(const Node* node, const RangeOf& range_of) {
  if (node == nullptr) return true;
  if (node->kind == ExprKind::kFalse) return false;
  if (node->kind == ExprKind::kAnd)
    return may_match_node(node->left.get(), range_of) && may_match_node(node->right.get(), range_of);
  if (node->kind == ExprKind::kOr)
    return may_match_node(node->left.get(), range_of) || may_match_node(node->right.get(), range_of);
  const Range* range = range_of(node->field_id);
  return range == nullptr || judge(node->kind, node->values, *range).may;
}

}  // namespace

bool may_match(const BoundExpression& filter, const RangeOf& range_of) {
  return may_match_node(filter.node(), range_of);
}

MatchingRows matching_rows(const BoundExpression& filter, std::int64_t rows, const PagesOf& pages_of) {
  return judge_node(filter.node(), rows, pages_of);
}

}  // namespace goldtape::table::internal
