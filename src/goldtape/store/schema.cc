#include "goldtape/store/schema.h"

#include <array>
#include <span>

namespace goldtape::store {
namespace {

// Version 1. The first two tables are those of Iceberg's SQL catalog, schema version V1, word for word as
// other programs create them.
constexpr std::array kVersion1 = {
    "CREATE TABLE IF NOT EXISTS iceberg_tables ("
    " catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT "
    "NULL,"
    " metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5),"
    " PRIMARY KEY (catalog_name, table_namespace, table_name))",
    "CREATE TABLE IF NOT EXISTS iceberg_namespace_properties ("
    " catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL, property_key VARCHAR(255) NOT "
    "NULL,"
    " property_value VARCHAR(1000), PRIMARY KEY (catalog_name, namespace, property_key))",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE load_audit ("
    " load_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, source TEXT NOT NULL, dataset TEXT NOT NULL,"
    " ticker TEXT NOT NULL, interval TEXT, range_start TEXT, range_end TEXT, requested_at TEXT NOT NULL,"
    " finished_at TEXT, status TEXT NOT NULL, rows_fetched BIGINT NOT NULL, rows_inserted BIGINT NOT NULL,"
    " rows_updated BIGINT NOT NULL, rows_unchanged BIGINT NOT NULL, duplicates_removed BIGINT NOT NULL,"
    " rows_quarantined BIGINT NOT NULL, bytes BIGINT NOT NULL, attempts BIGINT NOT NULL, http_status BIGINT,"
    " error TEXT, snapshot_id BIGINT, request TEXT NOT NULL, observed_at TEXT NOT NULL, raw_path TEXT NOT "
    "NULL,"
    " content_sha256 TEXT NOT NULL)",
    "CREATE INDEX load_audit_requested_at ON load_audit (requested_at)",
    "CREATE TABLE quality_results ("
    " run_id TEXT NOT NULL, load_id TEXT, at TEXT NOT NULL, layer TEXT NOT NULL, table_name TEXT NOT NULL,"
    " rule TEXT NOT NULL, severity TEXT NOT NULL, outcome TEXT NOT NULL, checked BIGINT NOT NULL,"
    " failed BIGINT NOT NULL, message TEXT NOT NULL, offenders TEXT NOT NULL, snapshot_id BIGINT)",
    "CREATE INDEX quality_results_run_id ON quality_results (run_id)",
    "CREATE TABLE runs ("
    " run_id TEXT PRIMARY KEY, command TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,"
    " status TEXT NOT NULL, error TEXT)",
    "CREATE TABLE repairs ("
    " repair_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, at TEXT NOT NULL, table_name TEXT NOT NULL,"
    " security_id BIGINT NOT NULL, row_key TEXT NOT NULL, column_name TEXT NOT NULL, rule TEXT NOT NULL,"
    " reason TEXT NOT NULL, evidence TEXT NOT NULL, old_value DOUBLE PRECISION, new_value DOUBLE PRECISION,"
    " status TEXT NOT NULL)",
};

constexpr std::array<std::span<const char* const>, kSchemaVersion> kSteps = {
    std::span<const char* const>(kVersion1)};

std::string newer_message(std::int64_t version) {
  return "the lake was written by a newer goldtape (operations schema " + std::to_string(version) +
         ", this program knows " + std::to_string(kSchemaVersion) + "); use a newer goldtape";
}

template <typename Source>
Result<std::int64_t> read_version(Source& source) {
  GT_ASSIGN(const bool present, source.has_table("meta"));
  if (!present) return 0;
  GT_ASSIGN(Rows rows, source.query("SELECT value FROM meta WHERE key = 'schema_version'"));
  return rows.rows.empty() ? 0 : int_of(rows.rows[0][0]);
}

// Catalogs that other programs made before version V1 lack the column.
Status add_iceberg_type(Transaction& transaction) {
  GT_ASSIGN(Rows rows, transaction.query("SELECT * FROM iceberg_tables LIMIT 0"));
  if (rows.find("iceberg_type") >= 0) return {};
  GT_RETURN_IF_ERROR(transaction.execute("ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)"));
  return {};
}

Status run_step(Transaction& transaction, std::int64_t version) {
  for (const char* sql : kSteps[static_cast<std::size_t>(version)])
    GT_RETURN_IF_ERROR(transaction.execute(sql));
  GT_RETURN_IF_ERROR(add_iceberg_type(transaction));
  return set_meta(transaction, "schema_version", std::to_string(version + 1));
}

}  // namespace

Result<std::int64_t> schema_version(Database& database) { return read_version(database); }

Status migrate(Database& database) {
  GT_ASSIGN(std::int64_t version, schema_version(database));
  if (version > kSchemaVersion) {
    return fail(ErrorKind::kUnsupported, 4004, newer_message(version), database.path());
  }
  if (version == kSchemaVersion) return {};
  if (database.read_only()) {
    return fail(
        ErrorKind::kUnsupported, 4004,
        "the lake was written by an older goldtape and is open for reading only; open it for writing once",
        database.path());
  }
  while (version < kSchemaVersion) {
    GT_ASSIGN(Transaction transaction, database.begin());
    GT_RETURN_IF_ERROR(transaction.lock_schema());
    // Another process may have migrated while this one waited for the lock.
    GT_ASSIGN(version, read_version(transaction));
    if (version > kSchemaVersion) {
      return fail(ErrorKind::kUnsupported, 4004, newer_message(version), database.path());
    }
    if (version == kSchemaVersion) return {};
    GT_RETURN_IF_ERROR(run_step(transaction, version));
    GT_RETURN_IF_ERROR(transaction.commit());
    ++version;
  }
  return {};
}

Result<std::optional<std::string>> get_meta(Database& database, std::string_view key) {
  GT_ASSIGN(Rows rows, database.query("SELECT value FROM meta WHERE key = ?", {std::string(key)}));
  if (rows.rows.empty()) return std::optional<std::string>{};
  return std::optional<std::string>{text_of(rows.rows[0][0])};
}

Status set_meta(Transaction& transaction, std::string_view key, std::string_view value) {
  GT_RETURN_IF_ERROR(transaction.execute(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      {std::string(key), std::string(value)}));
  return {};
}

}  // namespace goldtape::store
