#include <algorithm>
#include <map>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/text.h"
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

/// `read_parquet(...)` over some of a plan's files; empty for none.
std::string read_files(const table::ScanPlan& plan, bool with_deletes) {
  std::string files;
  for (const auto& task : plan.tasks) {
    if (task.deletes.empty() == with_deletes) continue;
    files += (files.empty() ? "" : ", ") + quote_literal(task.path);
  }
  if (files.empty()) return {};
  std::string schema;
  for (const auto& field : plan.schema.fields) {
    schema += fmt::format("{}{}: {{name: {}, type: {}, default_value: NULL}}", schema.empty() ? "" : ", ",
                          field.id, quote_literal(field.name), quote_literal(sql_type(field.type)));
  }
  return fmt::format("read_parquet([{}], schema = MAP {{{}}}, hive_partitioning = false)", files, schema);
}

/// Rows that delete files take out, as (file, row): which they are is the table's reader to say.
Result<std::shared_ptr<arrow::Table>> deleted_rows(const table::Table& table, const table::ScanPlan& plan) {
  arrow::StringBuilder files;
  arrow::Int64Builder rows;
  for (const auto& task : plan.tasks) {
    if (task.deletes.empty()) continue;
    GT_ASSIGN(const auto deleted, table::deleted_rows(table, task));
    for (const std::int64_t row : deleted) {
      if (!files.Append(task.path).ok() || !rows.Append(row).ok()) {
        return fail(ErrorKind::kInternal, 6009, "out of memory for deleted rows", table.name().to_string());
      }
    }
  }
  const auto schema =
      arrow::schema({arrow::field("file", arrow::utf8()), arrow::field("row", arrow::int64())});
  return arrow::Table::Make(schema, {files.Finish().ValueOrDie(), rows.Finish().ValueOrDie()});
}

/// Where in the nested columns of a schema each id stands: "venue.name".
void nested_paths(const std::vector<table::Field>& fields, const std::string& prefix, bool nested,
                  std::map<std::int32_t, std::string>& paths) {
  for (const auto& field : fields) {
    if (nested) paths[field.id] = prefix + field.name;
    nested_paths(field.type.fields, nested ? prefix + field.name + "." : std::to_string(field.id) + ".", true,
                 paths);
  }
}

/// DuckDB matches columns by id but what is nested in them by name: whether that finds other fields.
bool renames_nested(const table::TableMetadata& metadata, const table::Schema& now) {
  std::map<std::int32_t, std::string> current;
  nested_paths(now.fields, "", false, current);
  if (current.empty()) return false;
  for (const auto& schema : metadata.schemas) {
    std::map<std::int32_t, std::string> then;
    nested_paths(schema.fields, "", false, then);
    for (const auto& [id, path] : then) {
      for (const auto& [current_id, current_path] : current) {
        if ((id == current_id) != (path == current_path)) return true;
      }
    }
  }
  return false;
}

/// Columns that hide those by which DuckDB says where a row comes from.
bool hides_places(const table::ScanPlan& plan) {
  const auto hides = [](const table::Field& field) {
    const std::string name = to_lower(field.name);
    return name == "filename" || name == "file_row_number";
  };
  const auto has_deletes = [](const table::ScanTask& task) { return !task.deletes.empty(); };
  return std::any_of(plan.schema.fields.begin(), plan.schema.fields.end(), hides) &&
         std::any_of(plan.tasks.begin(), plan.tasks.end(), has_deletes);
}

/// The rows themselves, read by us.
Status create_rows_view(Engine& engine, const table::Table& table, const table::ScanPlan& plan) {
  std::string columns;
  for (const auto& field : plan.schema.fields) {
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", quote_identifier(field.name),
                           sql_type(field.type));
  }
  const std::string hidden = "all of " + table.name().to_string();
  GT_RETURN_IF_ERROR(
      engine.run(fmt::format("CREATE SCHEMA IF NOT EXISTS rows_of; CREATE TABLE rows_of.{} ({})",
                             quote_identifier(hidden), columns)));
  GT_ASSIGN(const auto rows, table::read(table, plan));
  GT_RETURN_IF_ERROR(engine.insert("rows_of." + hidden, *rows));
  return engine.run(
      fmt::format("CREATE VIEW {} AS FROM rows_of.{}", view_name(table), quote_identifier(hidden)));
}

std::vector<RemoteFile> remote_files(const table::ScanPlan& plan) {
  std::vector<RemoteFile> files;
  for (const auto& task : plan.tasks) {
    if (io::is_s3_path(task.path))
      files.push_back({task.path, static_cast<std::uint64_t>(task.file.file_size_bytes)});
  }
  return files;
}

Status create_files_view(Engine& engine, const table::Table& table, const table::ScanPlan& plan) {
  engine.add_remote_table(remote_files(plan));
  const std::string plain = read_files(plan, false);
  const std::string with_deletes = read_files(plan, true);
  std::string columns;
  for (const auto& field : plan.schema.fields) {
    columns += (columns.empty() ? "" : ", ") + quote_identifier(field.name);
  }
  std::string query = plain.empty() ? "" : "FROM " + plain;
  if (!with_deletes.empty()) {
    GT_ASSIGN(const auto rows, deleted_rows(table, plan));
    const std::string hidden = "rows of " + table.name().to_string();
    const std::string quoted = "deleted." + quote_identifier(hidden);
    GT_RETURN_IF_ERROR(engine.run(fmt::format(
        "CREATE SCHEMA IF NOT EXISTS deleted; CREATE TABLE {} (file VARCHAR, row BIGINT)", quoted)));
    GT_RETURN_IF_ERROR(engine.insert("deleted." + hidden, *rows));
    query += fmt::format(
        "{}SELECT {} FROM {} AS kept WHERE NOT EXISTS (FROM {} AS gone WHERE gone.file = kept.filename AND "
        "gone.row = kept.file_row_number)",
        plain.empty() ? "" : " UNION ALL ", columns, with_deletes, quoted);
  }
  return engine.run(fmt::format("CREATE VIEW {} AS {}", view_name(table), query));
}

}  // namespace

Status create_view(Engine& engine, const table::Table& table, const Moment& moment) {
  table::ScanOptions options;
  if (const auto named = moment.snapshot_ids.find(table.name().to_string());
      named != moment.snapshot_ids.end()) {
    options.snapshot_id = named->second;
  } else {
    options.as_of = moment.as_of;
  }
  auto plan = table::plan_scan(table, options);
  if (!plan) {
    if (options.as_of && plan.error().code == kExpired) return engine.run(refusing_view(table, plan.error()));
    // A table that had no snapshot yet at that time had no rows.
    if (options.as_of && plan.error().kind == ErrorKind::kNotFound) return engine.run(empty_view(table));
    return std::unexpected<Error>(plan.error());
  }
  if (renames_nested(table.metadata(), plan->schema) || hides_places(*plan))
    return create_rows_view(engine, table, *plan);
  return plan->tasks.empty() ? engine.run(empty_view(table)) : create_files_view(engine, table, *plan);
}

}  // namespace goldtape::query::internal
