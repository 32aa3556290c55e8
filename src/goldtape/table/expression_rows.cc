// Filters over rows of Arrow batches.
#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/bit_packing_internal.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/expression_internal.h"

namespace goldtape::table {
namespace {

using Node = BoundExpression::Node;
using Mask = std::vector<std::uint8_t>;

template <typename T>
int order(const T& a, const T& b) {
  if constexpr (std::floating_point<T>) {
    // NaN is the greatest and equals itself.
    if (std::isnan(a) || std::isnan(b))
      return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
  }
  if (a < b) return -1;
  return b < a ? 1 : 0;
}

// By so many rows at a time, whose answers do not alias the values: then numbers take vector instructions.
template <typename ValueAt, typename Test>
void mark(const arrow::Array& array, ValueAt&& value_at, Test&& test, Mask& mask) {
  constexpr std::int64_t kSome = 64;
  std::int64_t row = 0;
  for (; row + kSome <= array.length(); row += kSome) {
    std::array<std::uint8_t, kSome> answers;
    for (std::int64_t i = 0; i < kSome; ++i)
      answers[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(test(value_at(row + i)));
    std::copy(answers.begin(), answers.end(), mask.begin() + row);
  }
  for (; row < array.length(); ++row) {
    mask[static_cast<std::size_t>(row)] = static_cast<std::uint8_t>(test(value_at(row)));
  }
}

// `value_at(row)` gives a T, `constants` are the leaf's values as T, sorted. One loop for each comparison, so
// that those of numbers become vector instructions.
template <typename T, typename ValueAt>
void match(const Node& leaf, const arrow::Array& array, const std::vector<T>& constants, ValueAt&& value_at,
           Mask& mask) {
  const auto before = [](const T& a, const T& b) { return order(a, b) < 0; };
  const auto among = [&](const T& value) {
    return std::binary_search(constants.begin(), constants.end(), value, before);
  };
  const T constant = constants.empty() ? T{} : constants.front();
  const auto all = [&](auto test) { mark(array, value_at, test, mask); };
  switch (leaf.kind) {
    case ExprKind::kIn: all([&](const T& value) { return among(value); }); break;
    case ExprKind::kNotIn: all([&](const T& value) { return !among(value); }); break;
    case ExprKind::kEq: all([&](const T& value) { return order(value, constant) == 0; }); break;
    case ExprKind::kNotEq: all([&](const T& value) { return order(value, constant) != 0; }); break;
    case ExprKind::kLt: all([&](const T& value) { return order(value, constant) < 0; }); break;
    case ExprKind::kLtEq: all([&](const T& value) { return order(value, constant) <= 0; }); break;
    case ExprKind::kGt: all([&](const T& value) { return order(value, constant) > 0; }); break;
    default: all([&](const T& value) { return order(value, constant) >= 0; }); break;
  }
  if (array.null_count() == 0) return;
  for (std::int64_t row = 0; row < array.length(); ++row) {
    if (array.IsNull(row)) mask[static_cast<std::size_t>(row)] = 0;
  }
}

template <typename T, typename Stored = T>
std::vector<T> constants_of(const Node& leaf) {
  std::vector<T> constants;
  for (const Literal& value : leaf.values) constants.push_back(T(std::get<Stored>(value)));
  return constants;
}

template <typename ArrayType, typename T>
void match_numbers(const Node& leaf, const arrow::Array& array, Mask& mask) {
  const auto& numbers = static_cast<const ArrayType&>(array);
  if constexpr (std::same_as<ArrayType, arrow::BooleanArray>) {
    match<T>(leaf, array, constants_of<T>(leaf), [&](std::int64_t row) { return numbers.Value(row); }, mask);
  } else {
    match<T>(
        leaf, array, constants_of<T>(leaf),
        [values = numbers.raw_values()](std::int64_t row) { return T(values[row]); }, mask);
  }
}

template <typename ArrayType>
void match_bytes(const Node& leaf, const arrow::Array& array, Mask& mask) {
  const auto& texts = static_cast<const ArrayType&>(array);
  match<std::string_view>(
      leaf, array, constants_of<std::string_view, std::string>(leaf),
      [&](std::int64_t row) { return std::string_view(texts.GetView(row)); }, mask);
}

bool match_values(const Node& leaf, const arrow::Array& array, Mask& mask) {
  switch (array.type_id()) {
    case arrow::Type::BOOL: match_numbers<arrow::BooleanArray, bool>(leaf, array, mask); return true;
    case arrow::Type::INT32: match_numbers<arrow::Int32Array, std::int32_t>(leaf, array, mask); return true;
    case arrow::Type::DATE32: match_numbers<arrow::Date32Array, std::int32_t>(leaf, array, mask); return true;
    case arrow::Type::INT64: match_numbers<arrow::Int64Array, std::int64_t>(leaf, array, mask); return true;
    case arrow::Type::TIME64: match_numbers<arrow::Time64Array, std::int64_t>(leaf, array, mask); return true;
    case arrow::Type::TIMESTAMP:
      match_numbers<arrow::TimestampArray, std::int64_t>(leaf, array, mask);
      return true;
    case arrow::Type::FLOAT: match_numbers<arrow::FloatArray, float>(leaf, array, mask); return true;
    case arrow::Type::DOUBLE: match_numbers<arrow::DoubleArray, double>(leaf, array, mask); return true;
    case arrow::Type::DECIMAL128: {
      const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
      match<arrow::Decimal128>(
          leaf, array, constants_of<arrow::Decimal128>(leaf),
          [&](std::int64_t row) { return arrow::Decimal128(decimals.GetValue(row)); }, mask);
      return true;
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY: match_bytes<arrow::BinaryArray>(leaf, array, mask); return true;
    case arrow::Type::FIXED_SIZE_BINARY:
      match_bytes<arrow::FixedSizeBinaryArray>(leaf, array, mask);
      return true;
    default: return false;
  }
}

std::shared_ptr<arrow::Array> find_column(const arrow::RecordBatch& batch, std::int32_t field_id) {
  for (int i = 0; i < batch.num_columns(); ++i) {
    if (internal::field_id_of(*batch.schema()->field(i)) == field_id) return batch.column(i);
  }
  return nullptr;
}

Result<Mask> evaluate_leaf(const Node& leaf, const arrow::RecordBatch& batch) {
  Mask mask(static_cast<std::size_t>(batch.num_rows()), 0);
  const std::shared_ptr<arrow::Array> column = find_column(batch, leaf.field_id);
  if (leaf.kind == ExprKind::kIsNull || leaf.kind == ExprKind::kNotNull) {
    for (std::size_t row = 0; row < mask.size(); ++row) {
      const bool null = column == nullptr || column->IsNull(static_cast<std::int64_t>(row));
      mask[row] = static_cast<std::uint8_t>(null == (leaf.kind == ExprKind::kIsNull));
    }
    return mask;
  }
  if (column == nullptr) return mask;
  const bool same_type = to_arrow(leaf.type)->id() == column->type_id();
  if (!same_type || !match_values(leaf, *column, mask)) {
    return fail(ErrorKind::kUsage, 4031,
                fmt::format("a column of type {} cannot be filtered by a value of type {}",
                            column->type()->ToString(), to_string(leaf.type)));
  }
  return mask;
}

Result<Mask> evaluate_node(const Node* node, const arrow::RecordBatch& batch) {
  if (node == nullptr) return Mask(static_cast<std::size_t>(batch.num_rows()), 1);
  if (node->kind == ExprKind::kFalse) return Mask(static_cast<std::size_t>(batch.num_rows()), 0);
  if (node->kind != ExprKind::kAnd && node->kind != ExprKind::kOr) return evaluate_leaf(*node, batch);
  GT_ASSIGN(Mask mask, evaluate_node(node->left.get(), batch));
  GT_ASSIGN(const Mask right, evaluate_node(node->right.get(), batch));
  for (std::size_t row = 0; row < mask.size(); ++row) {
    const unsigned both = mask[row] & right[row];
    const unsigned either = mask[row] | right[row];
    mask[row] = static_cast<std::uint8_t>(node->kind == ExprKind::kAnd ? both : either);
  }
  return mask;
}

}  // namespace

Result<std::shared_ptr<arrow::BooleanArray>> BoundExpression::evaluate(
    const arrow::RecordBatch& batch) const {
  GT_ASSIGN(const Mask mask, evaluate_node(node(), batch));
  std::string bits((mask.size() + 7) / 8, '\0');
  internal::pack_bits(mask, reinterpret_cast<std::uint8_t*>(bits.data()));
  return std::make_shared<arrow::BooleanArray>(batch.num_rows(), arrow::Buffer::FromString(std::move(bits)));
}

}  // namespace goldtape::table
