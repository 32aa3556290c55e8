#include "matrix_tables.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/json/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/time.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_writer.h"
#include "goldtape/table/rewrite.h"

namespace goldtape {
namespace {

using namespace goldtape::table;
using TypeId = goldtape::table::TypeId;

constexpr int kRows = 200;

template <typename T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  fmt::print(stderr, "{}\n", result.error().to_string());
  std::exit(1);
}

Field field(std::int32_t id, const char* name, Type type, bool required = false) {
  return {.id = id, .name = name, .type = std::move(type), .required = required, .doc = ""};
}

Schema flat_schema() {
  Schema schema;
  schema.fields = {field(1, "id", {.id = TypeId::kLong}, true),
                   field(2, "name", {.id = TypeId::kString}),
                   field(3, "day", {.id = TypeId::kDate}),
                   field(4, "at", {.id = TypeId::kTimestampTz}),
                   field(5, "lot", {.id = TypeId::kInt}),
                   field(6, "price", {.id = TypeId::kDecimal, .precision = 18, .scale = 4}),
                   field(7, "value", {.id = TypeId::kDouble})};
  return schema;
}

// A row of the flat columns; every seventh has NULLs.
std::string flat_row(int i) {
  const bool null = i % 7 == 3;
  const auto or_null = [&](const std::string& text) { return null ? std::string("null") : text; };
  const auto day = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::days(i % 90);
  const std::string instant = fmt::format("{}T{:02}:30:00Z", format_date(Date(day)), i % 24);
  return fmt::format(R"({{"id":{},"name":{},"day":{},"at":"{}","lot":{},"price":{},"value":{}}})", i,
                     or_null(fmt::format("\"name {}\"", i % 5)), or_null(std::to_string(to_days(Date(day)))),
                     instant, or_null(std::to_string(i * 10)), or_null(fmt::format("\"{}.2500\"", i)),
                     or_null(fmt::format("{}.5", i)));
}

// Arrow's JSON reader knows no maps, nor fields that are never NULL: they are read as lists of entries.
std::shared_ptr<arrow::Schema> without_maps(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& one : schema.fields()) {
    const bool is_map = one->type()->id() == arrow::Type::MAP;
    fields.push_back(is_map ? one->WithType(arrow::list(one->type()->field(0)->type())) : one);
  }
  return arrow::schema(fields);
}

std::shared_ptr<arrow::Table> with_maps(const arrow::Table& rows,
                                        const std::shared_ptr<arrow::Schema>& schema) {
  arrow::ChunkedArrayVector columns;
  for (int i = 0; i < rows.num_columns(); ++i) {
    arrow::ArrayVector chunks;
    for (const auto& chunk : rows.column(i)->chunks()) {
      const auto data = chunk->data()->Copy();
      data->type = schema->field(i)->type();
      if (data->type->id() == arrow::Type::MAP) {
        data->child_data[0] = data->child_data[0]->Copy();
        data->child_data[0]->type = data->type->field(0)->type();
      }
      chunks.push_back(arrow::MakeArray(data));
    }
    columns.push_back(std::make_shared<arrow::ChunkedArray>(chunks, schema->field(i)->type()));
  }
  return arrow::Table::Make(schema, columns);
}

void append(Catalog& catalog, const std::string& name, const std::string& lines) {
  const Table table = must(catalog.load(name));
  const auto schema = to_arrow(table.schema());
  arrow::json::ParseOptions parse;
  parse.explicit_schema = without_maps(*schema);
  const auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(lines));
  const auto reader = arrow::json::TableReader::Make(arrow::default_memory_pool(), input,
                                                     arrow::json::ReadOptions::Defaults(), parse);
  const auto rows = with_maps(*reader.ValueOrDie()->Read().ValueOrDie(), schema);
  DataWriter writer(table);
  Commit commit(catalog);
  commit.append(table, must(writer.write(rows)));
  must(commit.run());
}

std::string flat_rows(int begin, int end) {
  std::string lines;
  for (int i = begin; i < end; ++i) lines += flat_row(i) + "\n";
  return lines;
}

PartitionSpec by(std::int32_t source_id, const char* name, const char* transform) {
  return {.spec_id = 0,
          .fields = {{.source_id = source_id,
                      .field_id = 0,
                      .name = name,
                      .transform = must(parse_transform(transform))}}};
}

void create(Catalog& catalog, const std::string& name, Schema schema, std::vector<PartitionSpec> specs) {
  TableSpec spec;
  spec.schema = std::move(schema);
  spec.specs = std::move(specs);
  must(catalog.create_table(must(TableName::parse(name)), spec));
}

void write_flat(Catalog& catalog, const std::string& name, std::vector<PartitionSpec> specs) {
  create(catalog, name, flat_schema(), std::move(specs));
  append(catalog, name, flat_rows(0, kRows / 2));
  append(catalog, name, flat_rows(kRows / 2, kRows));
}

// Old files under other names, types and orders than new ones.
void write_evolved_schema(Catalog& catalog) {
  Schema before = flat_schema();
  before.fields[1].name = "label";
  before.fields[5].type = {.id = TypeId::kDecimal, .precision = 9, .scale = 4};
  before.fields[6].type = {.id = TypeId::kFloat};
  before.fields.push_back(field(8, "gone", {.id = TypeId::kString}));
  std::string lines;
  for (int i = 0; i < kRows / 2; ++i) {
    std::string row = flat_row(i);
    row.replace(row.find("\"name\""), 6, "\"label\"");
    lines += row + "\n";
  }
  create(catalog, "matrix.evolved_schema", before, {});
  append(catalog, "matrix.evolved_schema", lines);
  Commit commit(catalog);
  commit.change_schema(must(catalog.load("matrix.evolved_schema")),
                       SchemaChange()
                           .rename("label", "name")
                           .widen("price", {.id = TypeId::kDecimal, .precision = 18, .scale = 4})
                           .widen("value", {.id = TypeId::kDouble})
                           .drop("gone")
                           .add("added", {.id = TypeId::kString})
                           .move_first("value"));
  must(commit.run());
  append(catalog, "matrix.evolved_schema", flat_rows(kRows / 2, kRows));
}

void write_evolved_spec(Catalog& catalog) {
  create(catalog, "matrix.evolved_spec", flat_schema(), {by(3, "day_month", "month")});
  append(catalog, "matrix.evolved_spec", flat_rows(0, kRows / 2));
  Commit commit(catalog);
  commit.add_spec(must(catalog.load("matrix.evolved_spec")), by(1, "id_bucket", "bucket[3]"), true);
  must(commit.run());
  append(catalog, "matrix.evolved_spec", flat_rows(kRows / 2, kRows));
}

// Rows 200..249 are put in and deleted again, by position.
void write_deletes(Catalog& catalog) {
  create(catalog, "matrix.deletes", flat_schema(), {by(3, "day_month", "month")});
  append(catalog, "matrix.deletes", flat_rows(0, kRows + 50));
  const Table table = must(catalog.load("matrix.deletes"));
  const Expression gone = greater_equal("id", std::int64_t{kRows});
  const Rewrite rewrite = must(plan_delete(table, gone, DeleteMode::kMergeOnRead));
  Commit commit(catalog);
  commit.replace(table, rewrite.removed, rewrite.added, {.planned_from = gone});
  must(commit.run());
}

// An equality delete of some ids, of all partitions.
void delete_ids(Catalog& catalog, const std::string& name, int begin, int end) {
  const Table table = must(catalog.load(name));
  const Schema key{.schema_id = 0, .fields = {*table.schema().find("id")}, .identifier_field_ids = {}};
  arrow::Int64Builder ids;
  for (int i = begin; i < end; ++i) {
    if (!ids.Append(i).ok()) std::exit(1);
  }
  const std::string path = must(to_path(table.metadata().location)) + "/data/" + new_uuid() + ".parquet";
  DataFile file = must(write_parquet(table.filesystem(), path, key,
                                     *arrow::Table::Make(to_arrow(key), {ids.Finish().ValueOrDie()})));
  file.content = FileContent::kEqualityDeletes;
  file.equality_ids = {key.fields[0].id};
  file.spec_id = table.metadata().default_spec_id;
  Commit commit(catalog);
  commit.append(table, {file});
  must(commit.run());
}

// Rows 150..249 are deleted by id; 150..199 are put in again, after the delete.
void write_equality_deletes(Catalog& catalog) {
  create(catalog, "matrix.equality_deletes", flat_schema(), {});
  append(catalog, "matrix.equality_deletes", flat_rows(0, kRows + 50));
  delete_ids(catalog, "matrix.equality_deletes", 150, kRows + 50);
  append(catalog, "matrix.equality_deletes", flat_rows(150, kRows));
}

void write_nulls(Catalog& catalog) {
  create(catalog, "matrix.nulls", flat_schema(), {by(2, "name", "identity")});
  std::string lines;
  for (int i = 0; i < kRows; ++i) lines += fmt::format("{{\"id\":{}}}\n", i);
  append(catalog, "matrix.nulls", lines);
}

std::string nested_row(int i, const char* venue_name) {
  if (i % 7 == 3) return fmt::format("{{\"id\":{}}}\n", i);
  return fmt::format(R"({{"id":{},"name":"name {}","venue":{{"{}":"V{}","lot":{}}},"tags":["a{}",null]}})", i,
                     i % 5, venue_name, i % 3, i, i) +
         "\n";
}

std::string nested_rows(int begin, int end, const char* venue_name) {
  std::string lines;
  for (int i = begin; i < end; ++i) lines += nested_row(i, venue_name);
  return lines;
}

Schema nested_schema(const char* venue_name) {
  Type venue{.id = TypeId::kStruct};
  venue.fields = {field(4, venue_name, {.id = TypeId::kString}), field(5, "lot", {.id = TypeId::kInt})};
  Type tags{.id = TypeId::kList};
  tags.fields = {field(7, "element", {.id = TypeId::kString})};
  Schema schema;
  schema.fields = {field(1, "id", {.id = TypeId::kLong}, true), field(2, "name", {.id = TypeId::kString}),
                   field(3, "venue", venue), field(6, "tags", tags)};
  return schema;
}

void write_nested(Catalog& catalog) {
  create(catalog, "matrix.nested", nested_schema("name"), {});
  append(catalog, "matrix.nested", nested_rows(0, kRows, "name"));
}

// A field of a struct has another name and type in old files.
void write_evolved_nested(Catalog& catalog) {
  create(catalog, "matrix.evolved_nested", nested_schema("code"), {});
  append(catalog, "matrix.evolved_nested", nested_rows(0, kRows / 2, "code"));
  Commit commit(catalog);
  commit.change_schema(must(catalog.load("matrix.evolved_nested")),
                       SchemaChange().rename("venue.code", "name").widen("venue.lot", {.id = TypeId::kLong}));
  must(commit.run());
  append(catalog, "matrix.evolved_nested", nested_rows(kRows / 2, kRows, "name"));
}

std::string maps_row(int i) {
  if (i % 7 == 3) return fmt::format("{{\"id\":{}}}\n", i);
  if (i % 7 == 5) return fmt::format(R"({{"id":{},"name":"none","ranks":[],"venues":[]}})", i) + "\n";
  return fmt::format(R"({{"id":{0},"name":"name {1}",)"
                     R"("ranks":[{{"key":"r{1}","value":{0}}},{{"key":"unknown","value":null}}],)"
                     R"("venues":[{{"key":"V{2}","value":{{"name":"v{2}","lot":{0}}}}}]}})",
                     i, i % 5, i % 3) +
         "\n";
}

void write_maps(Catalog& catalog) {
  Type ranks{.id = TypeId::kMap};
  ranks.fields = {field(4, "key", {.id = TypeId::kString}, true), field(5, "value", {.id = TypeId::kLong})};
  Type venue{.id = TypeId::kStruct};
  venue.fields = {field(9, "name", {.id = TypeId::kString}), field(10, "lot", {.id = TypeId::kInt})};
  Type venues{.id = TypeId::kMap};
  venues.fields = {field(7, "key", {.id = TypeId::kString}, true), field(8, "value", venue)};
  Schema schema;
  schema.fields = {field(1, "id", {.id = TypeId::kLong}, true), field(2, "name", {.id = TypeId::kString}),
                   field(3, "ranks", ranks), field(6, "venues", venues)};
  create(catalog, "matrix.maps", schema, {by(2, "name", "identity")});
  std::string lines;
  for (int i = 0; i < kRows; ++i) lines += maps_row(i);
  append(catalog, "matrix.maps", lines);
}

}  // namespace

void write_matrix(Catalog& catalog, const std::vector<std::string>& names) {
  const auto flat = [&](std::int32_t source_id, const char* field_name, const char* transform) {
    return [&catalog, spec = by(source_id, field_name, transform)](const std::string& name) {
      write_flat(catalog, "matrix." + name, {spec});
    };
  };
  const auto special = [&](void (*write)(Catalog&)) {
    return [&catalog, write](const std::string&) { write(catalog); };
  };
  const std::vector<std::pair<std::string, std::function<void(const std::string&)>>> kinds = {
      {"identity", flat(2, "name", "identity")},
      {"year", flat(4, "at_year", "year")},
      {"month", flat(3, "day_month", "month")},
      {"day", flat(4, "at_day", "day")},
      {"hour", flat(4, "at_hour", "hour")},
      {"bucket", flat(1, "id_bucket", "bucket[4]")},
      {"truncate", flat(2, "name_start", "truncate[6]")},
      {"decimal_bucket", flat(6, "price_bucket", "bucket[4]")},
      {"decimal_truncate", flat(6, "price_start", "truncate[500000]")},
      {"evolved_schema", special(write_evolved_schema)},
      {"evolved_spec", special(write_evolved_spec)},
      {"deletes", special(write_deletes)},
      {"equality_deletes", special(write_equality_deletes)},
      {"nulls", special(write_nulls)},
      {"nested", special(write_nested)},
      {"evolved_nested", special(write_evolved_nested)},
      {"maps", special(write_maps)}};
  for (const auto& [name, write] : kinds) {
    if (names.empty() || std::ranges::find(names, name) != names.end()) write(name);
  }
}

nlohmann::json json_cell(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return nullptr;
  const auto items = [](const arrow::Array& values, std::int64_t begin, std::int64_t end) {
    nlohmann::json list = nlohmann::json::array();
    for (std::int64_t i = begin; i < end; ++i) list.push_back(json_cell(values, i));
    return list;
  };
  switch (array.type_id()) {
    case arrow::Type::BOOL: return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::INT32: return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::DATE32: return static_cast<const arrow::Date32Array&>(array).Value(row);
    case arrow::Type::INT64: return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::TIMESTAMP: return static_cast<const arrow::TimestampArray&>(array).Value(row);
    case arrow::Type::FLOAT: return static_cast<const arrow::FloatArray&>(array).Value(row);
    case arrow::Type::DOUBLE: return static_cast<const arrow::DoubleArray&>(array).Value(row);
    case arrow::Type::DECIMAL128: return static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
    case arrow::Type::BINARY: {
      std::string hex;
      for (const char c : static_cast<const arrow::BinaryArray&>(array).GetView(row)) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
      }
      return hex;
    }
    case arrow::Type::STRUCT: {
      const auto& whole = static_cast<const arrow::StructArray&>(array);
      nlohmann::json object = nlohmann::json::object();
      for (int i = 0; i < whole.num_fields(); ++i) {
        object[whole.struct_type()->field(i)->name()] = json_cell(*whole.field(i), row);
      }
      return object;
    }
    case arrow::Type::LIST:
    case arrow::Type::MAP: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      return items(*list.values(), list.value_offset(row), list.value_offset(row + 1));
    }
    default: return std::string(static_cast<const arrow::StringArray&>(array).GetView(row));
  }
}

}  // namespace goldtape
