#include "goldtape/model/table_def.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::model {
namespace {

std::shared_ptr<arrow::DataType> arrow_type(ColumnType type) {
  switch (type.id) {
    case TypeId::kBoolean: return arrow::boolean();
    case TypeId::kInt32: return arrow::int32();
    case TypeId::kInt64: return arrow::int64();
    case TypeId::kFloat64: return arrow::float64();
    case TypeId::kDecimal: return arrow::decimal128(type.precision, type.scale);
    case TypeId::kDate: return arrow::date32();
    case TypeId::kTimestampTz: return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeId::kString: return arrow::utf8();
  }
  return arrow::null();
}

}  // namespace

int TableDef::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return static_cast<int>(i);
  }
  return -1;
}

Result<const TableDef*> find_table(std::string_view qualified_name) {
  std::vector<std::string> names;
  for (const TableDef& def : tables()) {
    names.push_back(def.qualified_name());
    if (names.back() == qualified_name) return &def;
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return fail(ErrorKind::kNotFound, 1120,
              fmt::format("there is no table '{}'{}", qualified_name, did_you_mean(qualified_name, views)),
              std::string(qualified_name));
}

std::shared_ptr<arrow::Schema> arrow_schema(const TableDef& def) {
  arrow::FieldVector fields;
  fields.reserve(def.columns.size());
  for (const Column& column : def.columns) {
    auto metadata = arrow::key_value_metadata({{"PARQUET:field_id", std::to_string(column.field_id)}});
    fields.push_back(
        arrow::field(column.name, arrow_type(column.type), !column.required, std::move(metadata)));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace goldtape::model
