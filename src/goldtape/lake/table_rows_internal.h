// Building and reading Arrow tables of the lake row by row. Not public.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <arrow/api.h>
#include <arrow/util/checked_cast.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/names.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/model/table_def.h"

namespace goldtape::lake::internal {

/// Appends row by row to one builder a column; the first failure is kept.
class RowWriter {
 public:
  RowWriter(const model::TableDef& def, std::size_t rows) : schema_(model::arrow_schema(def)) {
    for (const auto& field : schema_->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      note(arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder));
      note(builder->Reserve(static_cast<std::int64_t>(rows)));
      builders_.push_back(std::move(builder));
      kinds_.push_back(field->type()->id());
    }
  }
  void i64(std::int64_t value) {
    next<arrow::Int64Builder>([&](auto& b) { return append(b, value, value == kNull); });
  }
  void i32(std::int32_t value) {
    next<arrow::Int32Builder>([&](auto& b) { return b.Append(value); });
  }
  void date(std::int32_t days) {
    next<arrow::Date32Builder>([&](auto& b) { return b.Append(days); });
  }
  void time(std::int64_t us) {
    next<arrow::TimestampBuilder>([&](auto& b) { return b.Append(us); });
  }
  void f64(double value) {
    next<arrow::DoubleBuilder>([&](auto& b) { return append(b, value, std::isnan(value)); });
  }
  void fixed(std::int64_t value) {
    next<arrow::Decimal128Builder>(
        [&](auto& b) { return append(b, arrow::Decimal128(value), value == kNull); });
  }
  void optional_date(const std::optional<Date>& value) {
    next<arrow::Date32Builder>([&](auto& b) { return value ? b.Append(to_days(*value)) : b.AppendNull(); });
  }
  void optional_text(const std::optional<std::string>& value) {
    next<arrow::StringBuilder>([&](auto& b) { return value ? b.Append(*value) : b.AppendNull(); });
  }
  void text(std::string_view value) {
    next<arrow::StringBuilder>([&](auto& b) { return b.Append(value); });
  }
  void name(const Names& names, std::uint32_t number) {
    next<arrow::StringBuilder>(
        [&](auto& b) { return number == kNoName ? b.AppendNull() : b.Append(names[number]); });
  }
  [[nodiscard]] Result<std::shared_ptr<arrow::Table>> finish() {
    std::vector<std::shared_ptr<arrow::Array>> arrays(builders_.size());
    for (std::size_t i = 0; i < builders_.size() && status_.ok(); ++i) note(builders_[i]->Finish(&arrays[i]));
    if (!status_.ok()) return fail(ErrorKind::kInternal, 5203, "rows for the lake: " + status_.ToString());
    return arrow::Table::Make(schema_, arrays);
  }

 private:
  template <typename Builder, typename Value>
  static arrow::Status append(Builder& builder, Value value, bool null) {
    return null ? builder.AppendNull() : builder.Append(value);
  }
  template <typename Builder, typename Append>
  void next(const Append& append_to) {
    if (!status_.ok()) return;
    // A builder of texts is one of bytes that makes another array.
    constexpr auto kKind =
        std::is_same_v<Builder, arrow::StringBuilder> ? arrow::Type::STRING : Builder::TypeClass::type_id;
    if (kinds_[at_] == kKind) {
      note(append_to(arrow::internal::checked_cast<Builder&>(*builders_[at_])));
    } else {
      note(arrow::Status::TypeError("column ", schema_->field(static_cast<int>(at_))->name()));
    }
    if (++at_ == builders_.size()) at_ = 0;
  }
  void note(arrow::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::vector<arrow::Type::type> kinds_;  // By which a builder is known: asking it for each value costs more.
  std::size_t at_ = 0;
  arrow::Status status_;
};

/// Typed columns of one record batch; the first column that is not what it should be is remembered.
class ColumnReader {
 public:
  explicit ColumnReader(const arrow::RecordBatch& batch) : batch_(batch) {}
  template <typename Array>
  const Array* get(const char* name) {
    const auto column = batch_.GetColumnByName(name);
    const auto* typed = dynamic_cast<const Array*>(column.get());
    if (!typed && missing_.empty()) missing_ = name;
    return typed;
  }
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  const arrow::RecordBatch& batch_;
  std::string missing_;
};

inline std::int64_t i64_or_null(const arrow::Int64Array& array, std::int64_t i) {
  return array.IsNull(i) ? kNull : array.Value(i);
}
inline std::int64_t fixed_or_null(const arrow::Decimal128Array& array, std::int64_t i) {
  if (array.IsNull(i)) return kNull;
  return static_cast<std::int64_t>(arrow::Decimal128(array.GetValue(i)).low_bits());
}
inline double f64_or_nan(const arrow::DoubleArray& array, std::int64_t i) {
  return array.IsNull(i) ? std::numeric_limits<double>::quiet_NaN() : array.Value(i);
}

inline std::optional<Date> date_or_none(const arrow::Date32Array& array, std::int64_t i) {
  return array.IsNull(i) ? std::nullopt : std::optional{from_days(array.Value(i))};
}
inline std::optional<std::string> text_or_none(const arrow::StringArray& array, std::int64_t i) {
  return array.IsNull(i) ? std::nullopt : std::optional{array.GetString(i)};
}

/// Interns the texts of a column; neighbours are mostly equal.
class NameReader {
 public:
  NameReader(const arrow::StringArray& array, Names& names) : array_(array), names_(names) {}
  std::uint32_t at(std::int64_t i) {
    if (array_.IsNull(i)) return kNoName;
    const std::string_view text = array_.GetView(i);
    if (last_ == kNoName || names_[last_] != text) last_ = names_.intern(text);
    return last_;
  }

 private:
  const arrow::StringArray& array_;
  Names& names_;
  std::uint32_t last_ = kNoName;
};

inline std::unexpected<Error> damaged(const char* table, std::string_view what) {
  return fail(ErrorKind::kDamaged, 5202,
              std::string{table} + " has rows that are not ours (" + std::string{what} + "); roll it back",
              table);
}

template <typename Read>
Status for_batches(const arrow::Table& table, const Read& read) {
  arrow::TableBatchReader batches(table);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    const arrow::Status status = batches.ReadNext(&batch);
    if (!status.ok()) return fail(ErrorKind::kInternal, 5203, "rows of the lake: " + status.ToString());
    if (!batch) return {};
    GT_RETURN_IF_ERROR(read(*batch));
  }
}

}  // namespace goldtape::lake::internal
