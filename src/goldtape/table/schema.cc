#include "goldtape/table/schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "goldtape/model/table_def.h"

namespace goldtape::table {
namespace {

constexpr std::array<std::pair<std::string_view, TypeId>, 12> kNames = {{
    {"boolean", TypeId::kBoolean},
    {"int", TypeId::kInt},
    {"long", TypeId::kLong},
    {"float", TypeId::kFloat},
    {"double", TypeId::kDouble},
    {"date", TypeId::kDate},
    {"time", TypeId::kTime},
    {"timestamp", TypeId::kTimestamp},
    {"timestamptz", TypeId::kTimestampTz},
    {"string", TypeId::kString},
    {"uuid", TypeId::kUuid},
    {"binary", TypeId::kBinary},
}};

constexpr int kMaxDecimalPrecision = 38;

const Field* find_in(const std::vector<Field>& fields, std::int32_t field_id) {
  for (const Field& field : fields) {
    if (field.id == field_id) return &field;
    if (const Field* nested = find_in(field.type.fields, field_id)) return nested;
  }
  return nullptr;
}

std::int32_t highest_in(const std::vector<Field>& fields) {
  std::int32_t highest = 0;
  for (const Field& field : fields) highest = std::max({highest, field.id, highest_in(field.type.fields)});
  return highest;
}

// "decimal(18, 4)" -> {18, 4}; "fixed[16]" -> {16}. False when it is not of that shape.
bool parse_parameters(std::string_view text, std::string_view prefix, char close, std::vector<int>& numbers) {
  if (!text.starts_with(prefix) || !text.ends_with(close)) return false;
  text.remove_prefix(prefix.size());
  text.remove_suffix(1);
  while (true) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    int number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return false;
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.empty()) return true;
    if (!text.starts_with(',')) return false;
    text.remove_prefix(1);
  }
}

std::shared_ptr<arrow::Field> to_arrow(const Field& field) {
  auto metadata = arrow::key_value_metadata({{"PARQUET:field_id", std::to_string(field.id)}});
  return arrow::field(field.name, to_arrow(field.type), !field.required, std::move(metadata));
}

Type type_of(model::ColumnType type) {
  switch (type.id) {
    case model::TypeId::kBoolean: return {.id = TypeId::kBoolean};
    case model::TypeId::kInt32: return {.id = TypeId::kInt};
    case model::TypeId::kInt64: return {.id = TypeId::kLong};
    case model::TypeId::kFloat64: return {.id = TypeId::kDouble};
    case model::TypeId::kDecimal:
      return {.id = TypeId::kDecimal, .precision = type.precision, .scale = type.scale};
    case model::TypeId::kDate: return {.id = TypeId::kDate};
    case model::TypeId::kTimestampTz: return {.id = TypeId::kTimestampTz};
    case model::TypeId::kString: break;
  }
  return {.id = TypeId::kString};
}

}  // namespace

bool Type::operator==(const Type& other) const {
  return id == other.id && precision == other.precision && scale == other.scale && length == other.length &&
         fields == other.fields;
}

const Field* Schema::find(std::string_view name) const {
  auto at =
      std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return at == fields.end() ? nullptr : &*at;
}

const Field* Schema::find(std::int32_t field_id) const { return find_in(fields, field_id); }

const Field* Schema::find_path(std::string_view path) const {
  // Names may hold dots themselves, so the whole name is tried first at each level.
  const std::vector<Field>* level = &fields;
  while (true) {
    const Field* next = nullptr;
    for (const Field& field : *level) {
      if (field.name == path) return &field;
      const bool prefix = path.size() > field.name.size() && path.starts_with(field.name);
      if (prefix && path[field.name.size()] == '.') next = &field;
    }
    if (next == nullptr) return nullptr;
    path.remove_prefix(next->name.size() + 1);
    level = &next->type.fields;
  }
}

std::int32_t Schema::highest_field_id() const { return highest_in(fields); }

bool Schema::same_fields(const Schema& other) const {
  return fields == other.fields && identifier_field_ids == other.identifier_field_ids;
}

std::string to_string(const Type& type) {
  switch (type.id) {
    case TypeId::kDecimal: return fmt::format("decimal({}, {})", type.precision, type.scale);
    case TypeId::kFixed: return fmt::format("fixed[{}]", type.length);
    case TypeId::kList: return fmt::format("list<{}>", to_string(type.fields.at(0).type));
    case TypeId::kMap:
      return fmt::format("map<{}, {}>", to_string(type.fields.at(0).type), to_string(type.fields.at(1).type));
    case TypeId::kStruct: {
      std::string text = "struct<";
      for (const Field& field : type.fields) {
        if (text.size() > 7) text += ", ";
        text += field.name + ": " + to_string(field.type);
      }
      return text + ">";
    }
    default: break;
  }
  for (const auto& [name, id] : kNames) {
    if (id == type.id) return std::string(name);
  }
  return "unknown";
}

Result<Type> parse_primitive_type(std::string_view text) {
  for (const auto& [name, id] : kNames) {
    if (name == text) return Type{.id = id};
  }
  std::vector<int> numbers;
  if (parse_parameters(text, "decimal(", ')', numbers) && numbers.size() == 2 && numbers[0] >= 1 &&
      numbers[0] <= kMaxDecimalPrecision && numbers[1] >= 0 && numbers[1] <= numbers[0]) {
    return Type{.id = TypeId::kDecimal, .precision = numbers[0], .scale = numbers[1]};
  }
  numbers.clear();
  if (parse_parameters(text, "fixed[", ']', numbers) && numbers.size() == 1 && numbers[0] >= 1) {
    return Type{.id = TypeId::kFixed, .length = numbers[0]};
  }
  return fail(ErrorKind::kUnsupported, 4021,
              fmt::format("the type '{}' is not one of Iceberg's format version 2", text.substr(0, 100)));
}

bool can_promote(const Type& from, const Type& to) {
  if (from == to) return true;
  if (from.id == TypeId::kInt && to.id == TypeId::kLong) return true;
  if (from.id == TypeId::kFloat && to.id == TypeId::kDouble) return true;
  return from.id == TypeId::kDecimal && to.id == TypeId::kDecimal && from.scale == to.scale &&
         from.precision <= to.precision;
}

std::shared_ptr<arrow::DataType> to_arrow(const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean: return arrow::boolean();
    case TypeId::kInt: return arrow::int32();
    case TypeId::kLong: return arrow::int64();
    case TypeId::kFloat: return arrow::float32();
    case TypeId::kDouble: return arrow::float64();
    case TypeId::kDecimal: return arrow::decimal128(type.precision, type.scale);
    case TypeId::kDate: return arrow::date32();
    case TypeId::kTime: return arrow::time64(arrow::TimeUnit::MICRO);
    case TypeId::kTimestamp: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeId::kTimestampTz: return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeId::kString: return arrow::utf8();
    case TypeId::kUuid: return arrow::fixed_size_binary(16);
    case TypeId::kFixed: return arrow::fixed_size_binary(type.length);
    case TypeId::kBinary: return arrow::binary();
    case TypeId::kStruct: {
      arrow::FieldVector fields;
      for (const Field& field : type.fields) fields.push_back(to_arrow(field));
      return arrow::struct_(fields);
    }
    case TypeId::kList: return arrow::list(to_arrow(type.fields.at(0)));
    case TypeId::kMap:
      return std::make_shared<arrow::MapType>(to_arrow(type.fields.at(0)), to_arrow(type.fields.at(1)));
  }
  return arrow::null();
}

std::shared_ptr<arrow::Schema> to_arrow(const Schema& schema) {
  arrow::FieldVector fields;
  fields.reserve(schema.fields.size());
  for (const Field& field : schema.fields) fields.push_back(to_arrow(field));
  return arrow::schema(std::move(fields));
}

Schema schema_of(const model::TableDef& def) {
  Schema schema;
  for (const model::Column& column : def.columns) {
    schema.fields.push_back({.id = column.field_id,
                             .name = column.name,
                             .type = type_of(column.type),
                             .required = column.required,
                             .doc = column.doc});
  }
  return schema;
}

}  // namespace goldtape::table
