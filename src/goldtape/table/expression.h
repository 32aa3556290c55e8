// Filters over columns: built by name, bound to a schema, then evaluated against partitions, column
// bounds or rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/literal.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/partition_spec.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

enum class ExprKind : std::uint8_t {
  kTrue,
  kFalse,
  kEq,
  kNotEq,
  kLt,
  kLtEq,
  kGt,
  kGtEq,
  kIn,
  kNotIn,
  kIsNull,
  kNotNull,
  kAnd,
  kOr,
  kNot,
};

/// An immutable tree, cheap to copy. SQL's three-valued logic: a comparison with NULL is not true.
class Expression {
 public:
  Expression() = default;  ///< Always true.

  [[nodiscard]] static Expression always_true() { return {}; }
  [[nodiscard]] static Expression always_false();
  /// kEq .. kGtEq with one value, kIn and kNotIn with any number, kIsNull and kNotNull with none.
  [[nodiscard]] static Expression predicate(ExprKind kind, std::string column, std::vector<Literal> values);
  [[nodiscard]] static Expression both(Expression a, Expression b);
  [[nodiscard]] static Expression either(Expression a, Expression b);
  [[nodiscard]] static Expression negation(Expression a);

  struct Node;
  [[nodiscard]] ExprKind kind() const;
  [[nodiscard]] const Node* node() const { return node_.get(); }
  /// "(ticker = 'AAPL' and date >= 2019-02-11)".
  [[nodiscard]] std::string to_string() const;

 private:
  std::shared_ptr<const Node> node_;
};

/// Short forms: equal_to("ticker", literal("AAPL")) and so on.
[[nodiscard]] Expression equal_to(std::string column, Literal value);
[[nodiscard]] Expression not_equal_to(std::string column, Literal value);
[[nodiscard]] Expression less(std::string column, Literal value);
[[nodiscard]] Expression less_equal(std::string column, Literal value);
[[nodiscard]] Expression greater(std::string column, Literal value);
[[nodiscard]] Expression greater_equal(std::string column, Literal value);
[[nodiscard]] Expression in(std::string column, std::vector<Literal> values);
[[nodiscard]] Expression is_null(std::string column);
[[nodiscard]] Expression not_null(std::string column);
[[nodiscard]] Expression operator&&(Expression a, Expression b);
[[nodiscard]] Expression operator||(Expression a, Expression b);
[[nodiscard]] Expression operator!(Expression a);

/// A filter bound to a schema: columns are field ids, constants are of the column's type, negations are
/// pushed into the leaves. Thread safe.
class BoundExpression {
 public:
  BoundExpression() = default;  ///< Always true.

  /// Errors: kUsage GT4031 for a column that is not there (nearest named) or a constant that cannot be
  /// of its type.
  [[nodiscard]] static Result<BoundExpression> bind(const Expression& expression, const Schema& schema);

  [[nodiscard]] bool is_always_true() const;
  [[nodiscard]] bool is_always_false() const;
  /// Field ids of the columns used, ascending.
  [[nodiscard]] std::vector<std::int32_t> field_ids() const;

  /// False only when no row of such a file can match: by partition values and by column bounds.
  [[nodiscard]] bool may_match(const DataFile& file, const PartitionSpec& spec) const;
  /// True only when every row of such a file matches.
  [[nodiscard]] bool must_match(const DataFile& file, const PartitionSpec& spec) const;
  /// False only when no file of the manifest can match.
  [[nodiscard]] bool may_match(const ManifestFile& manifest, const PartitionSpec& spec) const;
  /// One boolean a row, never null (unknown counts as false). The batch's fields carry
  /// `PARQUET:field_id`; a column that is absent reads as NULL. Errors: GT4031 for a type without order.
  [[nodiscard]] Result<std::shared_ptr<arrow::BooleanArray>> evaluate(const arrow::RecordBatch& batch) const;

  struct Node;
  [[nodiscard]] const Node* node() const { return node_.get(); }

 private:
  std::shared_ptr<const Node> node_;
};

}  // namespace goldtape::table
