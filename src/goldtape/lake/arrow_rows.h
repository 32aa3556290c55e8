// Reading and building Arrow tables of the lake row by row.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/result.h"
#include "goldtape/model/table_def.h"

namespace goldtape::lake {

/// The columns of a table by name, each in one piece. Lives as long as `rows` is needed.
class ColumnsOf {
 public:
  [[nodiscard]] static Result<ColumnsOf> open(const arrow::Table& rows) {
    auto combined = rows.CombineChunks();
    if (!combined.ok()) return fail(ErrorKind::kInternal, 5023, combined.status().ToString());
    return ColumnsOf(std::move(combined).ValueUnsafe());
  }
  /// Null when the table has no rows. Errors: GT5022.
  template <typename Array>
  [[nodiscard]] Result<const Array*> get(const std::string& name) const {
    const auto column = rows_->GetColumnByName(name);
    if (column == nullptr) return fail(ErrorKind::kDamaged, 5022, fmt::format("column {} is missing", name));
    if (column->num_chunks() == 0) return nullptr;
    const auto* array = dynamic_cast<const Array*>(column->chunk(0).get());
    if (array == nullptr) {
      return fail(ErrorKind::kDamaged, 5022,
                  fmt::format("column {} is of type {}", name, column->type()->ToString()));
    }
    return array;
  }

 private:
  explicit ColumnsOf(std::shared_ptr<arrow::Table> rows) : rows_(std::move(rows)) {}
  std::shared_ptr<arrow::Table> rows_;
};

/// Builds a table of the lake column by column: in each row, one `add` for every column, in their order.
/// The first failure is kept and returned by `finish`.
class TableBuilder {
 public:
  explicit TableBuilder(const model::TableDef& def) : schema_(model::arrow_schema(def)) {
    for (const auto& field : schema_->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      note(arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder));
      builders_.push_back(std::move(builder));
      types_.push_back(field->type()->id());
    }
  }

  /// Room for so many rows more.
  void reserve(std::int64_t rows) {
    for (const auto& builder : builders_) note(builder->Reserve(rows));
  }

  void text(std::string_view value) {
    as<arrow::StringBuilder>([&](auto& b) { return b.Append(value); });
  }
  void text_or_null(std::string_view value) {
    as<arrow::StringBuilder>([&](auto& b) { return value.empty() ? b.AppendNull() : b.Append(value); });
  }
  void optional_text(std::optional<std::string_view> value) {
    as<arrow::StringBuilder>([&](auto& b) { return value ? b.Append(*value) : b.AppendNull(); });
  }
  void flag_or_null(std::optional<bool> value) {
    as<arrow::BooleanBuilder>([&](auto& b) { return value ? b.Append(*value) : b.AppendNull(); });
  }
  void time(std::int64_t us) {
    as<arrow::TimestampBuilder>([&](auto& b) { return b.Append(us); });
  }
  void date(std::int32_t days) {
    as<arrow::Date32Builder>([&](auto& b) { return b.Append(days); });
  }
  void date_or_null(std::optional<std::int32_t> days) {
    as<arrow::Date32Builder>([&](auto& b) { return days ? b.Append(*days) : b.AppendNull(); });
  }
  void time_or_null(std::optional<std::int64_t> us) {
    as<arrow::TimestampBuilder>([&](auto& b) { return us ? b.Append(*us) : b.AppendNull(); });
  }
  void number(double value) {
    as<arrow::DoubleBuilder>([&](auto& b) { return b.Append(value); });
  }
  void number_or_null(double value) {
    as<arrow::DoubleBuilder>([&](auto& b) { return std::isnan(value) ? b.AppendNull() : b.Append(value); });
  }
  void integer(std::int64_t value) {
    as<arrow::Int64Builder>([&](auto& b) { return b.Append(value); });
  }
  void small_integer(std::int32_t value) {
    as<arrow::Int32Builder>([&](auto& b) { return b.Append(value); });
  }
  void flag(bool value) {
    as<arrow::BooleanBuilder>([&](auto& b) { return b.Append(value); });
  }
  void integer_or_null(std::optional<std::int64_t> value) {
    as<arrow::Int64Builder>([&](auto& b) { return value ? b.Append(*value) : b.AppendNull(); });
  }

  /// An unscaled value.
  void decimal_or_null(std::optional<std::int64_t> value) {
    as<arrow::Decimal128Builder>(
        [&](auto& b) { return value ? b.Append(arrow::Decimal128(*value)) : b.AppendNull(); });
  }

  [[nodiscard]] Result<std::shared_ptr<arrow::Table>> finish() {
    std::vector<std::shared_ptr<arrow::Array>> arrays(builders_.size());
    for (std::size_t i = 0; i < builders_.size(); ++i) note(builders_[i]->Finish(&arrays[i]));
    if (!status_.ok()) return fail(ErrorKind::kInternal, 5023, status_.ToString());
    return arrow::Table::Make(schema_, arrays);
  }

 private:
  template <typename Builder, typename Append>
  void as(const Append& append) {
    arrow::ArrayBuilder& builder = *builders_[next_];
    // By the type's id: a dynamic cast would cost more than most values.
    const bool fits = types_[next_] == type_of<Builder>();
    note(fits ? append(static_cast<Builder&>(builder))
              : arrow::Status::TypeError("column ", schema_->field(static_cast<int>(next_))->name()));
    if (++next_ == builders_.size()) next_ = 0;
  }
  /// arrow::StringBuilder passes its base's type on as its own.
  template <typename Builder>
  static constexpr arrow::Type::type type_of() {
    return std::is_same_v<Builder, arrow::StringBuilder> ? arrow::Type::STRING : Builder::TypeClass::type_id;
  }
  void note(arrow::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::vector<arrow::Type::type> types_;
  std::size_t next_ = 0;
  arrow::Status status_;
};

}  // namespace goldtape::lake
