// The nodes of filters. Not public.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goldtape/table/expression.h"

namespace goldtape::table {

struct Expression::Node {
  ExprKind kind = ExprKind::kTrue;
  std::string column;
  std::vector<Literal> values;
  Expression left;
  Expression right;
};

/// kTrue is a null node; kNot does not occur.
struct BoundExpression::Node {
  ExprKind kind = ExprKind::kTrue;
  std::int32_t field_id = 0;
  Type type;
  std::vector<Literal> values;  ///< Of `type`, sorted.
  std::shared_ptr<const Node> left;
  std::shared_ptr<const Node> right;
};

}  // namespace goldtape::table
