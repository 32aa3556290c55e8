#include "goldtape/store/load_audit.h"

namespace goldtape::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT load_id, run_id, source, dataset, ticker, interval, range_start, range_end, requested_at, "
    "finished_at,"
    " status, rows_fetched, rows_inserted, rows_updated, rows_unchanged, duplicates_removed, "
    "rows_quarantined, bytes,"
    " attempts, http_status, error, snapshot_id, request, observed_at, raw_path, content_sha256 FROM "
    "load_audit";

Result<LoadAudit> from_row(const Row& row) {
  LoadAudit load;
  load.load_id = text_of(row[0]);
  load.run_id = text_of(row[1]);
  load.source = text_of(row[2]);
  load.dataset = text_of(row[3]);
  load.ticker = text_of(row[4]);
  load.interval = text_of(row[5]);
  GT_ASSIGN(load.range_start, instant_of(row[6]));
  GT_ASSIGN(load.range_end, instant_of(row[7]));
  GT_ASSIGN(auto requested_at, instant_of(row[8]));
  load.requested_at = requested_at.value_or(Timestamp{});
  GT_ASSIGN(load.finished_at, instant_of(row[9]));
  load.status = text_of(row[10]);
  load.rows_fetched = int_of(row[11]);
  load.rows_inserted = int_of(row[12]);
  load.rows_updated = int_of(row[13]);
  load.rows_unchanged = int_of(row[14]);
  load.duplicates_removed = int_of(row[15]);
  load.rows_quarantined = int_of(row[16]);
  load.bytes = int_of(row[17]);
  load.attempts = int_of(row[18]);
  load.http_status = optional_int_of(row[19]);
  load.error = text_of(row[20]);
  load.snapshot_id = optional_int_of(row[21]);
  load.request = text_of(row[22]);
  GT_ASSIGN(auto observed_at, instant_of(row[23]));
  load.observed_at = observed_at.value_or(Timestamp{});
  load.raw_path = text_of(row[24]);
  load.content_sha256 = text_of(row[25]);
  return load;
}

Value text_or_null(const std::string& text) { return text.empty() ? Value{} : Value{text}; }

}  // namespace

Status put_load(Transaction& transaction, const LoadAudit& load) {
  GT_RETURN_IF_ERROR(transaction.execute("DELETE FROM load_audit WHERE load_id = ?", {load.load_id}));
  GT_RETURN_IF_ERROR(transaction.execute(
      "INSERT INTO load_audit (load_id, run_id, source, dataset, ticker, interval, range_start, range_end,"
      " requested_at, finished_at, status, rows_fetched, rows_inserted, rows_updated, rows_unchanged,"
      " duplicates_removed, rows_quarantined, bytes, attempts, http_status, error, snapshot_id, request, "
      "observed_at,"
      " raw_path, content_sha256)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {load.load_id,
       load.run_id,
       load.source,
       load.dataset,
       load.ticker,
       text_or_null(load.interval),
       instant_value(load.range_start),
       instant_value(load.range_end),
       instant_text(load.requested_at),
       instant_value(load.finished_at),
       load.status,
       load.rows_fetched,
       load.rows_inserted,
       load.rows_updated,
       load.rows_unchanged,
       load.duplicates_removed,
       load.rows_quarantined,
       load.bytes,
       load.attempts,
       nullable(load.http_status),
       text_or_null(load.error),
       nullable(load.snapshot_id),
       load.request,
       instant_text(load.observed_at),
       load.raw_path,
       load.content_sha256}));
  return {};
}

Result<std::optional<LoadAudit>> find_load(Database& database, std::string_view load_id) {
  GT_ASSIGN(Rows rows, database.query(std::string(kSelect) + " WHERE load_id = ?", {std::string(load_id)}));
  if (rows.rows.empty()) return std::optional<LoadAudit>{};
  GT_ASSIGN(LoadAudit load, from_row(rows.rows[0]));
  return std::optional<LoadAudit>{std::move(load)};
}

Result<std::vector<LoadAudit>> list_loads(Database& database, std::string_view status) {
  std::string sql(kSelect);
  std::vector<Value> params;
  if (!status.empty()) {
    sql += " WHERE status = ?";
    params.emplace_back(std::string(status));
  }
  GT_ASSIGN(Rows rows, database.query(sql + " ORDER BY requested_at, load_id", params));
  std::vector<LoadAudit> loads;
  for (const Row& row : rows.rows) {
    GT_ASSIGN(LoadAudit load, from_row(row));
    loads.push_back(std::move(load));
  }
  return loads;
}

}  // namespace goldtape::store
