#include <fmt/format.h>

#include "goldtape/query/catalog_tables_internal.h"
#include "goldtape/query/engine_internal.h"
#include "goldtape/query/sql_text.h"
#include "goldtape/table/catalog.h"

namespace goldtape::query::internal {

namespace {

namespace key = table::summary_key;

std::string summary_number(const table::Snapshot* snapshot, const char* name) {
  if (snapshot == nullptr) return "0";
  const auto at = snapshot->summary.find(name);
  const bool number = at != snapshot->summary.end() && !at->second.empty() &&
                      at->second.find_first_not_of("0123456789") == std::string::npos;
  return number ? at->second : "NULL";
}

std::string or_null(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "NULL";
}

std::string snapshot_row(const table::Table& table, const table::Snapshot& snapshot) {
  return fmt::format(
      "({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})", quote_literal(table.name().to_string()),
      snapshot.snapshot_id, or_null(snapshot.parent_snapshot_id), snapshot.timestamp_ms,
      quote_literal(snapshot.operation), summary_number(&snapshot, key::kAddedRecords),
      summary_number(&snapshot, key::kDeletedRecords), summary_number(&snapshot, key::kTotalRecords),
      summary_number(&snapshot, key::kTotalDataFiles), summary_number(&snapshot, key::kTotalFilesSize),
      table.current_snapshot_id() == snapshot.snapshot_id ? "true" : "false");
}

/// "interval, month(date)" of the default spec; empty when unpartitioned.
std::string partitioning(const table::TableMetadata& metadata) {
  std::string text;
  for (const auto& field : metadata.default_spec().fields) {
    const auto* source = metadata.schema().find(field.source_id);
    const auto column = source != nullptr ? source->name : field.name;
    const auto transform = table::to_string(field.transform);
    text += (text.empty() ? "" : ", ") + (transform == "identity" ? column : transform + "(" + column + ")");
  }
  return text;
}

std::string sorting(const table::TableMetadata& metadata) {
  std::string text;
  for (const auto& field : metadata.default_sort_order().fields) {
    const auto* source = metadata.schema().find(field.source_id);
    if (source != nullptr)
      text += (text.empty() ? "" : ", ") + source->name + (field.descending ? " desc" : "");
  }
  return text;
}

std::string table_row(const table::Table& table) {
  const auto& metadata = table.metadata();
  const auto* current = metadata.current_snapshot();
  return fmt::format("({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})", quote_literal(table.name().to_string()),
                     or_null(metadata.current_snapshot_id), metadata.snapshots.size(),
                     summary_number(current, key::kTotalRecords),
                     summary_number(current, key::kTotalDataFiles),
                     summary_number(current, key::kTotalFilesSize), metadata.last_updated_ms,
                     metadata.format_version, quote_literal(partitioning(metadata)),
                     quote_literal(sorting(metadata)), quote_literal(metadata.location));
}

Status insert_rows(Engine& engine, const std::string& table, const std::string& rows) {
  return rows.empty() ? Status{} : engine.run("INSERT INTO ops_rows." + table + " VALUES " + rows);
}

}  // namespace

Status create_catalog_tables(Engine& engine) {
  return engine.run(
      "CREATE TABLE ops_rows.snapshots (table_name VARCHAR, snapshot_id BIGINT, parent_snapshot_id BIGINT, "
      "committed_ms BIGINT, operation VARCHAR, added_rows BIGINT, deleted_rows BIGINT, total_rows BIGINT, "
      "total_files BIGINT, total_bytes BIGINT, is_current BOOLEAN); "
      "CREATE VIEW ops.snapshots AS SELECT table_name, snapshot_id, parent_snapshot_id, "
      "make_timestamptz(committed_ms * 1000) AS committed_at, operation, added_rows, deleted_rows, "
      "total_rows, "
      "total_files, total_bytes, is_current FROM ops_rows.snapshots; "
      "CREATE TABLE ops_rows.tables (table_name VARCHAR, snapshot_id BIGINT, snapshots BIGINT, rows BIGINT, "
      "files BIGINT, bytes BIGINT, updated_ms BIGINT, format_version INTEGER, partitioned_by VARCHAR, "
      "sorted_by VARCHAR, location VARCHAR); "
      "CREATE VIEW ops.tables AS SELECT table_name, snapshot_id, snapshots, rows, files, bytes, "
      "make_timestamptz(updated_ms * 1000) AS updated_at, format_version, partitioned_by, sorted_by, "
      "location "
      "FROM ops_rows.tables");
}

Status fill_catalog_tables(Engine& engine, const lake::Lake& lake) {
  GT_RETURN_IF_ERROR(engine.run("DELETE FROM ops_rows.snapshots; DELETE FROM ops_rows.tables"));
  GT_ASSIGN(const auto names, lake.catalog().list_tables());
  std::string tables;
  std::string snapshots;
  for (const auto& name : names) {
    GT_ASSIGN(const auto table, lake.catalog().load(name));
    tables += (tables.empty() ? "" : ", ") + table_row(table);
    for (const auto& snapshot : table.metadata().snapshots) {
      snapshots += (snapshots.empty() ? "" : ", ") + snapshot_row(table, snapshot);
    }
  }
  GT_RETURN_IF_ERROR(insert_rows(engine, "tables", tables));
  return insert_rows(engine, "snapshots", snapshots);
}

}  // namespace goldtape::query::internal
