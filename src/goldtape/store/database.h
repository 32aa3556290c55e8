// The operations database: one SQLite file that holds the Iceberg catalog and the ops tables, so that a
// table's pointer, the load audit and the quality results change in one transaction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/store/value.h"

namespace goldtape::store {

struct DatabaseOptions {
  int busy_timeout_ms = 30'000;  ///< How long to wait for another process's write.
  bool read_only = false;        ///< Then the file must exist; migrations are checked, not run.
  bool must_exist = false;       ///< GT4001 (kNotFound) instead of a new file.
};

class Database;

/// A write transaction (BEGIN IMMEDIATE). Rolled back when destroyed without `commit`. Other threads that
/// use the same Database wait while it lives; keep it to milliseconds. Not thread safe.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// Runs one statement with `?` parameters; the number of rows it changed.
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& params = {});
  Result<Rows> query(std::string_view sql, const std::vector<Value>& params = {});
  /// Durable when it returns. After an error the transaction is rolled back.
  Status commit();

 private:
  friend class Database;
  struct Impl;
  explicit Transaction(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One connection. Thread safe: calls are serialised. SQLite in WAL mode with synchronous=FULL.
///
/// Errors everywhere: kIo GT4001 (cannot open, I/O), kNotFound GT4001 (must_exist), kConflict GT4002
/// (locked by another process for longer than the timeout), kDamaged GT4003 (not a database, corrupt),
/// kAlreadyExists GT4005 (unique constraint), kIo GT4006 (disk full), kInternal GT4007 (bad SQL or
/// parameters, or a call on the Database by the thread that holds a Transaction); `where` is the file.
class Database {
 public:
  /// Opens and migrates (schema.h). Errors also: kUnsupported GT4004 when a newer program wrote it.
  [[nodiscard]] static Result<std::shared_ptr<Database>> open(const std::string& path,
                                                              const DatabaseOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Starts a write transaction; waits for others up to the busy timeout.
  Result<Transaction> begin();
  /// One statement in its own transaction; the number of rows it changed.
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& params = {});
  Result<Rows> query(std::string_view sql, const std::vector<Value>& params = {});

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] bool read_only() const;

 private:
  friend class Transaction;
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::store
