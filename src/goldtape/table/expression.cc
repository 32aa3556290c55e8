#include "goldtape/table/expression.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/table/expression_internal.h"

namespace goldtape::table {
namespace {

using BoundNode = BoundExpression::Node;
using BoundPtr = std::shared_ptr<const BoundNode>;

bool is_leaf(ExprKind kind) { return kind >= ExprKind::kEq && kind <= ExprKind::kNotNull; }

const char* symbol(ExprKind kind) {
  switch (kind) {
    case ExprKind::kEq: return "=";
    case ExprKind::kNotEq: return "<>";
    case ExprKind::kLt: return "<";
    case ExprKind::kLtEq: return "<=";
    case ExprKind::kGt: return ">";
    case ExprKind::kGtEq: return ">=";
    case ExprKind::kIn: return "in";
    case ExprKind::kNotIn: return "not in";
    case ExprKind::kAnd: return "and";
    case ExprKind::kOr: return "or";
    default: return "";
  }
}

ExprKind opposite(ExprKind kind) {
  switch (kind) {
    case ExprKind::kTrue: return ExprKind::kFalse;
    case ExprKind::kFalse: return ExprKind::kTrue;
    case ExprKind::kEq: return ExprKind::kNotEq;
    case ExprKind::kNotEq: return ExprKind::kEq;
    case ExprKind::kLt: return ExprKind::kGtEq;
    case ExprKind::kLtEq: return ExprKind::kGt;
    case ExprKind::kGt: return ExprKind::kLtEq;
    case ExprKind::kGtEq: return ExprKind::kLt;
    case ExprKind::kIn: return ExprKind::kNotIn;
    case ExprKind::kNotIn: return ExprKind::kIn;
    case ExprKind::kIsNull: return ExprKind::kNotNull;
    case ExprKind::kNotNull: return ExprKind::kIsNull;
    case ExprKind::kAnd: return ExprKind::kOr;
    case ExprKind::kOr: return ExprKind::kAnd;
    case ExprKind::kNot: break;
  }
  return ExprKind::kNot;
}

std::string print(const Literal& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("'{}'", *text);
  if (std::holds_alternative<arrow::Decimal128>(value)) return to_string(value, {.id = TypeId::kDecimal});
  return to_string(value, {.id = TypeId::kLong});
}

std::unexpected<Error> no_column(const std::string& column, const Schema& schema) {
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields) names.emplace_back(field.name);
  return fail(ErrorKind::kUsage, 4031,
              fmt::format("there is no column '{}'{}", column, did_you_mean(column, names)));
}

const BoundPtr& never() {
  static const BoundPtr kNever = [] {
    auto node = std::make_shared<BoundNode>();
    node->kind = ExprKind::kFalse;
    return node;
  }();
  return kNever;
}

// Null stands for always true.
BoundPtr combine(ExprKind kind, BoundPtr left, BoundPtr right) {
  const bool conjunction = kind == ExprKind::kAnd;
  const auto absorbing = [&](const BoundPtr& side) {
    return conjunction ? side != nullptr && side->kind == ExprKind::kFalse : side == nullptr;
  };
  if (absorbing(left) || absorbing(right)) return conjunction ? never() : nullptr;
  const auto neutral = [&](const BoundPtr& side) {
    return conjunction ? side == nullptr : side->kind == ExprKind::kFalse;
  };
  if (neutral(left)) return right;
  if (neutral(right)) return left;
  auto node = std::make_shared<BoundNode>();
  node->kind = kind;
  node->left = std::move(left);
  node->right = std::move(right);
  return node;
}

Result<BoundPtr> bind_leaf(const Expression::Node& leaf, ExprKind kind, const Schema& schema) {
  const Field* field = schema.find(leaf.column);
  if (field == nullptr) return no_column(leaf.column, schema);
  auto node = std::make_shared<BoundNode>();
  node->kind = kind;
  node->field_id = field->id;
  node->type = field->type;
  for (const Literal& value : leaf.values) {
    auto converted = convert(value, field->type);
    if (!converted) return std::unexpected<Error>(converted.error().while_doing("column " + leaf.column));
    node->values.push_back(*std::move(converted));
  }
  const bool many = kind == ExprKind::kIn || kind == ExprKind::kNotIn;
  if (many && node->values.empty()) return kind == ExprKind::kIn ? never() : BoundPtr{};
  const bool none = kind == ExprKind::kIsNull || kind == ExprKind::kNotNull;
  if (!many && node->values.size() != (none ? 0U : 1U)) {
    return fail(ErrorKind::kUsage, 4031, "a comparison takes one value: column " + leaf.column);
  }
  std::sort(node->values.begin(), node->values.end(),
            [](const Literal& a, const Literal& b) { return compare(a, b) < 0; });
  return node;
}

Result<BoundPtr> bind_node(const Expression& expression, bool negated, const Schema& schema) {
  const Expression::Node* node = expression.node();
  ExprKind kind = expression.kind();
  if (kind == ExprKind::kNot) return bind_node(node->left, !negated, schema);
  if (negated) kind = opposite(kind);
  if (kind == ExprKind::kTrue) return BoundPtr{};
  if (kind == ExprKind::kFalse) return never();
  if (is_leaf(kind)) return bind_leaf(*node, kind, schema);
  GT_ASSIGN(BoundPtr left, bind_node(node->left, negated, schema));
  GT_ASSIGN(BoundPtr right, bind_node(node->right, negated, schema));
  return combine(kind, std::move(left), std::move(right));
}

void collect(const BoundNode* node, std::set<std::int32_t>& ids) {
  if (node == nullptr) return;
  if (is_leaf(node->kind)) ids.insert(node->field_id);
  collect(node->left.get(), ids);
  collect(node->right.get(), ids);
}

}  // namespace

Expression Expression::predicate(ExprKind kind, std::string column, std::vector<Literal> values) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->column = std::move(column);
  node->values = std::move(values);
  Expression expression;
  expression.node_ = std::move(node);
  return expression;
}

Expression Expression::always_false() { return predicate(ExprKind::kFalse, {}, {}); }

Expression Expression::both(Expression a, Expression b) {
  auto node = std::make_shared<Node>();
  node->kind = ExprKind::kAnd;
  node->left = std::move(a);
  node->right = std::move(b);
  Expression expression;
  expression.node_ = std::move(node);
  return expression;
}

Expression Expression::either(Expression a, Expression b) {
  auto node = std::make_shared<Node>();
  node->kind = ExprKind::kOr;
  node->left = std::move(a);
  node->right = std::move(b);
  Expression expression;
  expression.node_ = std::move(node);
  return expression;
}

Expression Expression::negation(Expression a) {
  auto node = std::make_shared<Node>();
  node->kind = ExprKind::kNot;
  node->left = std::move(a);
  Expression expression;
  expression.node_ = std::move(node);
  return expression;
}

ExprKind Expression::kind() const { return node_ == nullptr ? ExprKind::kTrue : node_->kind; }

std::string Expression::to_string() const {
  switch (kind()) {
    case ExprKind::kTrue: return "true";
    case ExprKind::kFalse: return "false";
    case ExprKind::kNot: return "not " + node_->left.to_string();
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return fmt::format("({} {} {})", node_->left.to_string(), symbol(kind()), node_->right.to_string());
    case ExprKind::kIsNull: return node_->column + " is null";
    case ExprKind::kNotNull: return node_->column + " is not null";
    default: break;
  }
  std::string values;
  for (const Literal& value : node_->values) values += (values.empty() ? "" : ", ") + print(value);
  const bool many = kind() == ExprKind::kIn || kind() == ExprKind::kNotIn;
  return fmt::format("{} {} {}", node_->column, symbol(kind()), many ? "(" + values + ")" : values);
}

namespace {

Expression compare_with(ExprKind kind, std::string column, Literal value) {
  std::vector<Literal> values;
  values.push_back(std::move(value));
  return Expression::predicate(kind, std::move(column), std::move(values));
}

}  // namespace

Expression equal_to(std::string column, Literal value) {
  return compare_with(ExprKind::kEq, std::move(column), std::move(value));
}
Expression not_equal_to(std::string column, Literal value) {
  return compare_with(ExprKind::kNotEq, std::move(column), std::move(value));
}
Expression less(std::string column, Literal value) {
  return compare_with(ExprKind::kLt, std::move(column), std::move(value));
}
Expression less_equal(std::string column, Literal value) {
  return compare_with(ExprKind::kLtEq, std::move(column), std::move(value));
}
Expression greater(std::string column, Literal value) {
  return compare_with(ExprKind::kGt, std::move(column), std::move(value));
}
Expression greater_equal(std::string column, Literal value) {
  return compare_with(ExprKind::kGtEq, std::move(column), std::move(value));
}
Expression in(std::string column, std::vector<Literal> values) {
  return Expression::predicate(ExprKind::kIn, std::move(column), std::move(values));
}
Expression is_null(std::string column) {
  return Expression::predicate(ExprKind::kIsNull, std::move(column), {});
}
Expression not_null(std::string column) {
  return Expression::predicate(ExprKind::kNotNull, std::move(column), {});
}
Expression operator&&(Expression a, Expression b) { return Expression::both(std::move(a), std::move(b)); }
Expression operator||(Expression a, Expression b) { return Expression::either(std::move(a), std::move(b)); }
Expression operator!(Expression a) { return Expression::negation(std::move(a)); }

Result<BoundExpression> BoundExpression::bind(const Expression& expression, const Schema& schema) {
  BoundExpression bound;
  GT_ASSIGN(bound.node_, bind_node(expression, false, schema));
  return bound;
}

bool BoundExpression::is_always_true() const { return node_ == nullptr; }
bool BoundExpression::is_always_false() const { return node_ != nullptr && node_->kind == ExprKind::kFalse; }

std::vector<std::int32_t> BoundExpression::field_ids() const {
  std::set<std::int32_t> ids;
  collect(node_.get(), ids);
  return {ids.begin(), ids.end()};
}

}  // namespace goldtape::table
