// Building and reading Arrow tables of the lake row by row. Not public.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/api.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/names.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/model/table_def.h"

namespace goldtape::lake::internal {

/// TableBuilder for rows whose absent values are kNull, NaN and kNoName.
class RowWriter {
 public:
  RowWriter(const model::TableDef& def, std::size_t rows) : out_(def) {
    out_.reserve(static_cast<std::int64_t>(rows));
  }
  void i64(std::int64_t value) { out_.integer_or_null(present(value)); }
  void i32(std::int32_t value) { out_.small_integer(value); }
  void date(std::int32_t days) { out_.date(days); }
  void time(std::int64_t us) { out_.time(us); }
  void f64(double value) { out_.number_or_null(value); }
  void fixed(std::int64_t value) { out_.decimal_or_null(present(value)); }
  void optional_date(const std::optional<Date>& value) {
    out_.date_or_null(value ? std::optional(to_days(*value)) : std::nullopt);
  }
  void optional_text(const std::optional<std::string>& value) { out_.optional_text(value); }
  void text(std::string_view value) { out_.text(value); }
  void name(const Names& names, std::uint32_t number) {
    out_.optional_text(number == kNoName ? std::nullopt : std::optional<std::string_view>(names[number]));
  }
  [[nodiscard]] Result<std::shared_ptr<arrow::Table>> finish() {
    auto table = out_.finish();
    if (!table) return fail(ErrorKind::kInternal, 5203, "rows for the lake: " + table.error().message);
    return table;
  }

 private:
  static std::optional<std::int64_t> present(std::int64_t value) {
    return value == kNull ? std::nullopt : std::optional(value);
  }
  TableBuilder out_;
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
