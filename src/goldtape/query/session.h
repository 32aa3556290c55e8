// SQL over a lake: DuckDB sees every table of one moment by name, reads only, and reaches nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::query {

struct SessionOptions {
  /// Empty: now. A snapshot id: that table at that snapshot, all others as of its time. Else an instant
  /// (ISO 8601, UTC without a zone): every table as of then.
  std::string snapshot;
  int threads = 2;
  std::uint64_t memory_limit_bytes = 0;  ///< 0: DuckDB's default, 80 % of the machine.
};

/// One reader's view of a lake. Tables are fixed when the session opens; `ops.*` shows the operations
/// database as it is at the first query that names it. Not thread safe; the lake must outlive it.
///
/// Names: bronze.*, silver.*, gold.*, reference.*, quarantine.*, and ops.load_audit, ops.quality_results,
/// ops.runs, ops.repairs, ops.revisions (bronze.revisions), ops.tables and ops.snapshots (the catalog).
class Session {
 public:
  /// Errors: GT6004 no table has that snapshot, GT6005 unreadable snapshot text, the catalog's own.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(const lake::Lake& lake,
                                                             const SessionOptions& options = {});
  ~Session();

  /// Streams the rows of one read-only statement. The reader must not outlive the session, and only one
  /// is open at a time. Errors: GT6001 SQL error, GT6002 not read-only, GT6003 not one statement.
  Result<std::shared_ptr<arrow::RecordBatchReader>> query(std::string_view sql);
  /// The same, all rows at once.
  Result<std::shared_ptr<arrow::Table>> table(std::string_view sql);

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::query
