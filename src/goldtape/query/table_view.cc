#include <fmt/format.h>

#include "goldtape/io/s3_options.h"
#include "goldtape/query/engine_internal.h"
#include "goldtape/query/sql_text.h"
#include "goldtape/query/table_view_internal.h"

namespace goldtape::query::internal {

namespace {

constexpr std::uint16_t kExpired = 5104;

std::string sql_type(const table::Type& type) {
  using table::TypeId;
  switch (type.id) {
    case TypeId::kBoolean: return "BOOLEAN";
    case TypeId::kInt: return "INTEGER";
    case TypeId::kLong: return "BIGINT";
    case TypeId::kFloat: return "FLOAT";
    case TypeId::kDouble: return "DOUBLE";
    case TypeId::kDecimal: return fmt::format("DECIMAL({},{})", type.precision, type.scale);
    case TypeId::kDate: return "DATE";
    case TypeId::kTime: return "TIME";
    case TypeId::kTimestamp: return "TIMESTAMP";
    case TypeId::kTimestampTz: return "TIMESTAMPTZ";
    case TypeId::kString: return "VARCHAR";
    case TypeId::kUuid: return "UUID";
    case TypeId::kFixed:
    case TypeId::kBinary: return "BLOB";
    case TypeId::kList: return sql_type(type.fields.at(0).type) + "[]";
    case TypeId::kMap:
      return fmt::format("MAP({}, {})", sql_type(type.fields.at(0).type), sql_type(type.fields.at(1).type));
    case TypeId::kStruct: break;
  }
  std::string fields;
  for (const auto& field : type.fields) {
    fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", quote_identifier(field.name),
                          sql_type(field.type));
  }
  return "STRUCT(" + fields + ")";
}

std::string view_name(const table::Table& table) {
  return quote_identifier(table.name().space) + "." + quote_identifier(table.name().name);
}

std::string empty_view(const table::Table& table) {
  std::string columns;
  for (const auto& field : table.schema().fields) {
    columns += fmt::format("{}NULL::{} AS {}", columns.empty() ? "" : ", ", sql_type(field.type),
                           quote_identifier(field.name));
  }
  return fmt::format("CREATE VIEW {} AS SELECT {} WHERE false", view_name(table), columns);
}

/// Reading it fails with the error, and the other tables can be read all the same.
std::string refusing_view(const table::Table& table, const Error& error) {
  std::string columns;
  for (const auto& field : table.schema().fields) {
    columns +=
        fmt::format("{}CAST(error({}) AS {}) AS {}", columns.empty() ? "" : ", ",
                    quote_literal(error.to_string()), sql_type(field.type), quote_identifier(field.name));
  }
  return fmt::format("CREATE VIEW {} AS SELECT {} WHERE error({}) IS NULL", view_name(table), columns,
                     quote_literal(error.to_string()));
}

std::string files_view(const table::Table& table, const table::ScanPlan& plan) {
  std::string files;
  for (const auto& task : plan.tasks) files += (files.empty() ? "" : ", ") + quote_literal(task.path);
  std::string schema;
  for (const auto& field : plan.schema.fields) {
    schema += fmt::format("{}{}: {{name: {}, type: {}, default_value: NULL}}", schema.empty() ? "" : ", ",
                          field.id, quote_literal(field.name), quote_literal(sql_type(field.type)));
  }
  return fmt::format(
      "CREATE VIEW {} AS FROM read_parquet([{}], schema = MAP {{{}}}, hive_partitioning = false)",
      view_name(table), files, schema);
}

std::vector<RemoteFile> remote_files(const table::ScanPlan& plan) {
  std::vector<RemoteFile> files;
  for (const auto& task : plan.tasks) {
    if (io::is_s3_path(task.path))
      files.push_back({task.path, static_cast<std::uint64_t>(task.file.file_size_bytes)});
  }
  return files;
}

}  // namespace

Result<TableView> create_view_sql(const table::Table& table, const Moment& moment) {
  table::ScanOptions options;
  if (const auto named = moment.snapshot_ids.find(table.name().to_string());
      named != moment.snapshot_ids.end()) {
    options.snapshot_id = named->second;
  } else {
    options.as_of = moment.as_of;
  }
  auto plan = table::plan_scan(table, options);
  if (!plan) {
    if (options.as_of && plan.error().code == kExpired)
      return TableView{refusing_view(table, plan.error()), {}};
    // A table that had no snapshot yet at that time had no rows.
    if (options.as_of && plan.error().kind == ErrorKind::kNotFound) return TableView{empty_view(table), {}};
    return std::unexpected<Error>(plan.error());
  }
  if (plan->tasks.empty()) return TableView{empty_view(table), {}};
  return TableView{files_view(table, *plan), remote_files(*plan)};
}

}  // namespace goldtape::query::internal
