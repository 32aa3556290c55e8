#include "goldtape/table/expression.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

using test::BarRow;

BoundExpression bind(const Expression& expression) {
  auto bound = BoundExpression::bind(expression, test::bars_schema());
  EXPECT_TRUE(bound.has_value()) << bound.error().to_string();
  return *bound;
}

std::vector<bool> evaluate(const Expression& expression, const std::vector<BarRow>& rows) {
  const auto batch = *test::bars_table(rows)->CombineChunksToBatch();
  const auto mask = bind(expression).evaluate(*batch);
  EXPECT_TRUE(mask.has_value());
  std::vector<bool> matched;
  for (std::int64_t i = 0; i < batch->num_rows(); ++i) matched.push_back((*mask)->Value(i));
  return matched;
}

TEST(Expression, Prints) {
  const Expression e =
      (equal_to("ticker", literal("A")) && !(in("date", {std::int32_t{1}, std::int32_t{2}}))) ||
      is_null("price");
  EXPECT_EQ(e.to_string(), "((ticker = 'A' and not date in (1, 2)) or price is null)");
  EXPECT_EQ(Expression().to_string(), "true");
}

TEST(Expression, BindingFoldsConstants) {
  EXPECT_TRUE(bind(Expression()).is_always_true());
  EXPECT_TRUE(bind(equal_to("ticker", literal("A")) || Expression()).is_always_true());
  EXPECT_TRUE(bind(equal_to("ticker", literal("A")) && Expression::always_false()).is_always_false());
  EXPECT_TRUE(bind(in("ticker", {})).is_always_false());
  EXPECT_TRUE(bind(!in("ticker", {})).is_always_true());
  EXPECT_EQ(bind(less("close", 1.0) && is_null("price")).field_ids(), (std::vector<std::int32_t>{5, 6}));
}

TEST(Expression, ANullMatchesNothingButIsNull) {
  const std::vector<BarRow> rows = {{"1m", "A", 1, 1, 1.0, std::nullopt}, {"1m", "A", 1, 1, 1.0, 5}};
  EXPECT_EQ(evaluate(equal_to("price", literal("0.0005")), rows), (std::vector<bool>{false, true}));
  EXPECT_EQ(evaluate(!equal_to("price", literal("0.0005")), rows), (std::vector<bool>{false, false}));
  EXPECT_EQ(evaluate(!is_null("price"), rows), (std::vector<bool>{false, true}));
}

TEST(Expression, NanIsGreaterThanAllNumbers) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<BarRow> rows = {{"1m", "A", 1, 1, nan, 1}, {"1m", "A", 1, 1, 2.0, 1}};
  EXPECT_EQ(evaluate(greater("close", 1e300), rows), (std::vector<bool>{true, false}));
  EXPECT_EQ(evaluate(less_equal("close", 2.0), rows), (std::vector<bool>{false, true}));
  EXPECT_EQ(evaluate(not_equal_to("close", 2.0), rows), (std::vector<bool>{true, false}));
}

// ---- pruning never loses a row and never drops one that must stay ----

rc::Gen<BarRow> any_row() {
  return rc::gen::apply(
      [](int interval, int ticker, int date, int ts, int close, int price) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        BarRow row{interval == 0 ? "1m" : "1d", std::string(1, static_cast<char>('A' + ticker)),
                   17'900 + date * 20,          ts,
                   close == 0 ? nan : close,    {}};
        if (price != 0) row.price = price * 10'000;
        return row;
      },
      rc::gen::inRange(0, 2), rc::gen::inRange(0, 4), rc::gen::inRange(0, 5), rc::gen::inRange(0, 4),
      rc::gen::inRange(0, 5), rc::gen::inRange(0, 4));
}

Expression any_leaf() {
  const auto kind = static_cast<ExprKind>(
      *rc::gen::inRange(static_cast<int>(ExprKind::kEq), static_cast<int>(ExprKind::kAnd)));
  const int column = *rc::gen::inRange(0, 5);
  const auto value = [&]() -> Literal {
    const int i = *rc::gen::inRange(-1, 6);
    if (column == 0) return literal(std::string(1, static_cast<char>('A' + i)));
    if (column == 1) return std::int32_t{17'900 + i * 20 + *rc::gen::inRange(-1, 2)};
    if (column == 2) return std::int64_t{i};
    if (column == 3) return static_cast<double>(i);
    return literal(std::to_string(i));
  };
  std::vector<Literal> values;
  if (kind == ExprKind::kIn || kind == ExprKind::kNotIn) {
    values = {value(), value()};
  } else if (kind != ExprKind::kIsNull && kind != ExprKind::kNotNull) {
    values = {value()};
  }
  static const std::vector<std::string> kColumns = {"ticker", "date", "ts", "close", "price"};
  return Expression::predicate(kind, kColumns[static_cast<std::size_t>(column)], std::move(values));
}

Expression any_expression(int depth) {
  const int shape = depth == 0 ? 0 : *rc::gen::inRange(0, 4);
  if (shape == 0) return any_leaf();
  if (shape == 1) return !any_expression(depth - 1);
  if (shape == 2) return any_expression(depth - 1) && any_expression(depth - 1);
  return any_expression(depth - 1) || any_expression(depth - 1);
}

// A spec over the columns that differ, by transforms of every sort.
PartitionSpec any_spec() {
  static const std::vector<std::pair<std::int32_t, std::string>> kFields = {
      {2, "identity"}, {2, "bucket[3]"},       {3, "month"},     {3, "identity"}, {3, "year"},
      {4, "hour"},     {6, "truncate[20000]"}, {6, "bucket[2]"}, {5, "identity"}, {4, "void"}};
  PartitionSpec spec;
  const auto chosen =
      *rc::gen::unique<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, kFields.size()));
  for (const std::size_t i : chosen) {
    const Transform transform = *parse_transform(kFields[i].second);
    spec.fields.push_back({.source_id = kFields[i].first,
                           .field_id = 1000 + static_cast<std::int32_t>(i),
                           .name = "p" + std::to_string(i),
                           .transform = transform});
  }
  return spec;
}

Literal value_of(const BarRow& row, std::int32_t field_id) {
  switch (field_id) {
    case 2: return literal(row.ticker);
    case 3: return row.date;
    case 4: return row.ts;
    case 5: return row.close;
    default: return row.price ? Literal{arrow::Decimal128(*row.price)} : Literal{};
  }
}

TEST(ExpressionProperty, PruningAgreesWithTheRows) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("goldtape-pruning-" + std::to_string(::getpid()));
  const auto filesystem = io::local_filesystem();
  int file_number = 0;
  const bool held = rc::check("may_match and must_match are true of every file", [&] {
    const PartitionSpec spec = any_spec();
    const Schema schema = test::bars_schema();
    // One file: all rows of the first row's partition.
    std::vector<BarRow> rows = *rc::gen::nonEmpty(rc::gen::container<std::vector<BarRow>>(any_row()));
    const auto tuple_of = [&](const BarRow& row) {
      PartitionTuple tuple;
      for (const PartitionField& field : spec.fields) {
        tuple.push_back(
            apply(field.transform, value_of(row, field.source_id), schema.find(field.source_id)->type));
      }
      return tuple;
    };
    const PartitionTuple tuple = tuple_of(rows[0]);
    std::erase_if(rows, [&](const BarRow& row) {
      const PartitionTuple other = tuple_of(row);
      return !std::equal(tuple.begin(), tuple.end(), other.begin(), equal);
    });
    const std::string path = (folder / std::to_string(file_number++)).string();
    auto file = write_parquet(*filesystem, path, schema, *test::bars_table(rows),
                              {.codec = ParquetCodec::kUncompressed});
    RC_ASSERT(file.has_value());
    file->partition = tuple;

    const Expression expression = any_expression(3);
    const std::vector<bool> matched = evaluate(expression, rows);
    const BoundExpression bound = bind(expression);
    const bool any = std::find(matched.begin(), matched.end(), true) != matched.end();
    const bool all = std::find(matched.begin(), matched.end(), false) == matched.end();
    RC_LOG(expression.to_string());
    if (any) RC_ASSERT(bound.may_match(*file, spec));
    if (!all) RC_ASSERT(!bound.must_match(*file, spec));
    std::filesystem::remove(path);
  });
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace goldtape::table
