#include "goldtape/query/cell_text.h"

#include <cmath>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/time.h"

namespace goldtape::query {

namespace {

template <typename ArrayType>
auto value_of(const arrow::Array& array, std::int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

std::string double_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{}", value);
}

std::string timestamp_text(const arrow::Array& array, std::int64_t row) {
  const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
  const auto value = value_of<arrow::TimestampArray>(array, row);
  std::int64_t micros = value;
  switch (type.unit()) {
    case arrow::TimeUnit::SECOND: micros = value * 1'000'000; break;
    case arrow::TimeUnit::MILLI: micros = value * 1'000; break;
    case arrow::TimeUnit::MICRO: break;
    case arrow::TimeUnit::NANO: micros = value / 1'000; break;
  }
  auto text = format_timestamp(from_micros(micros));
  // A timestamp without a zone is a wall time: it must not claim to be UTC.
  if (type.timezone().empty() && text.ends_with('Z')) text.pop_back();
  return text;
}

std::string scalar_text(const arrow::Array& array, std::int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::STRING: return std::string(value_of<arrow::StringArray>(array, row));
    case arrow::Type::LARGE_STRING: return std::string(value_of<arrow::LargeStringArray>(array, row));
    case arrow::Type::DOUBLE: return double_text(value_of<arrow::DoubleArray>(array, row));
    case arrow::Type::FLOAT: {
      const float value = value_of<arrow::FloatArray>(array, row);
      return std::isfinite(value) ? fmt::format("{}", value) : double_text(static_cast<double>(value));
    }
    case arrow::Type::BOOL: return value_of<arrow::BooleanArray>(array, row) ? "true" : "false";
    case arrow::Type::DATE32: return format_date(from_days(value_of<arrow::Date32Array>(array, row)));
    case arrow::Type::TIMESTAMP: return timestamp_text(array, row);
    case arrow::Type::DECIMAL128: return static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
    default: break;
  }
  const auto scalar = array.GetScalar(row);
  return scalar.ok() ? (*scalar)->ToString() : scalar.status().ToString();
}

template <typename ListType>
std::string list_json(const arrow::Array& array, std::int64_t row) {
  const auto& list = static_cast<const ListType&>(array);
  std::string json = "[";
  for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    if (json.size() > 1) json += ',';
    json += cell_json(*list.values(), i);
  }
  return json + "]";
}

std::string struct_json(const arrow::Array& array, std::int64_t row) {
  const auto& fields = static_cast<const arrow::StructArray&>(array);
  std::string json = "{";
  for (int i = 0; i < fields.num_fields(); ++i) {
    if (i > 0) json += ',';
    json += json_string(fields.type()->field(i)->name()) + ":" + cell_json(*fields.field(i), row);
  }
  return json + "}";
}

}  // namespace

std::string cell_text(const arrow::Array& array, std::int64_t row, std::string_view null_word) {
  if (array.IsNull(row)) return std::string(null_word);
  switch (array.type_id()) {
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::STRUCT: return cell_json(array, row);
    default: return scalar_text(array, row);
  }
}

std::string cell_json(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return "null";
  switch (array.type_id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64:
    case arrow::Type::BOOL:
    case arrow::Type::DECIMAL128: return scalar_text(array, row);
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: {
      const double value = array.type_id() == arrow::Type::FLOAT
                               ? static_cast<double>(value_of<arrow::FloatArray>(array, row))
                               : value_of<arrow::DoubleArray>(array, row);
      return std::isfinite(value) ? scalar_text(array, row) : "null";
    }
    case arrow::Type::LIST: return list_json<arrow::ListArray>(array, row);
    case arrow::Type::LARGE_LIST: return list_json<arrow::LargeListArray>(array, row);
    case arrow::Type::STRUCT: return struct_json(array, row);
    default: return json_string(scalar_text(array, row));
  }
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_number(const arrow::DataType& type) {
  return arrow::is_integer(type.id()) || arrow::is_floating(type.id()) || arrow::is_decimal(type.id());
}

}  // namespace goldtape::query
