// ops.load_audit: one row a load, what was asked, what came, and what became of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/store/database.h"

namespace goldtape::store {

/// A row of `load_audit`; load_id is its key.
struct LoadAudit {
  std::string load_id;  ///< SHA-256 hex of request id and answer.
  std::string run_id;
  std::string source;
  std::string dataset;
  std::string ticker;
  std::string interval;  ///< Empty for actions.
  std::optional<Timestamp> range_start;
  std::optional<Timestamp> range_end;  ///< Exclusive.
  Timestamp requested_at{};
  std::optional<Timestamp> finished_at;
  std::string status;  ///< planned | landed | loaded | unchanged | failed | refused | undone
  std::int64_t rows_fetched = 0;
  std::int64_t rows_inserted = 0;
  std::int64_t rows_updated = 0;
  std::int64_t rows_unchanged = 0;
  std::int64_t duplicates_removed = 0;
  std::int64_t rows_quarantined = 0;
  std::int64_t bytes = 0;  ///< Of the raw answer.
  std::int64_t attempts = 1;
  std::optional<std::int64_t> http_status;
  std::string error;
  std::optional<std::int64_t> snapshot_id;  ///< Of the bronze table; none when nothing changed.
  std::string request;                      ///< provider::Request as JSON.
  Timestamp observed_at{};
  std::string raw_path;        ///< Relative to the lake.
  std::string content_sha256;  ///< Of the raw answer's bytes.
};

/// Inserts, or replaces the row of the same load_id.
Status put_load(Transaction& transaction, const LoadAudit& load);
[[nodiscard]] Result<std::optional<LoadAudit>> find_load(Database& database, std::string_view load_id);
/// All loads, oldest request first; of one status when it is given.
[[nodiscard]] Result<std::vector<LoadAudit>> list_loads(Database& database, std::string_view status = {});

}  // namespace goldtape::store
