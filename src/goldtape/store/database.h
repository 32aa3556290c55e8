// The operations database: a SQLite file or a PostgreSQL database that holds the Iceberg catalog and the ops
// tables, so that a table's pointer, the load audit and the quality results change in one transaction.
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
  int busy_timeout_ms = 30'000;    ///< How long to wait for another process's write.
  int answer_timeout_ms = 30'000;  ///< PostgreSQL: to connect, and beyond the wait for others, to answer.
  bool read_only = false;          ///< Then it must exist; migrations are checked, not run.
  bool must_exist = false;         ///< GT4001 (kNotFound) instead of a new one.
};

class Database;

/// A write transaction: SQLite's BEGIN IMMEDIATE, PostgreSQL's READ COMMITTED. Rolled back when destroyed
/// without `commit`. Other threads that use the same Database wait while it lives; keep it to milliseconds.
/// Not thread safe.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// Runs one statement with `?` parameters; the number of rows it changed.
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& params = {});
  Result<Rows> query(std::string_view sql, const std::vector<Value>& params = {});
  [[nodiscard]] Result<bool> has_table(std::string_view name);
  /// Keeps other processes from migrating until the end of the transaction.
  Status lock_schema();
  /// Durable when it returns. After an error the transaction is rolled back, unless the error is kIo GT4016:
  /// the connection broke while the answer was awaited, and what became of it could not be found out.
  Status commit();

 private:
  friend class Database;
  struct Impl;
  explicit Transaction(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One connection. Thread safe: calls are serialised. SQLite in WAL mode with synchronous=FULL. Statements
/// are in the SQL that both know, with `?` for parameters. A broken connection to PostgreSQL is made anew by
/// the next call outside a transaction.
///
/// Errors everywhere: kIo GT4001 (cannot open, I/O, permission), kNotFound GT4001 (must_exist), kConflict
/// GT4002 (locked by another process for longer than the timeout), kDamaged GT4003 (not a database, corrupt),
/// kAlreadyExists GT4005 (unique constraint), kIo GT4006 (disk full), kInternal GT4007 (bad SQL or
/// parameters, or a call on the Database by the thread that holds a Transaction), kUnavailable GT4201 (the
/// server does not answer, or not in time), kUsage GT4202 (it refuses this user or knows no such database);
/// `where` is the file or the URI.
class Database {
 public:
  /// Opens a file, or "postgresql://user@host:port/name" (postgres_uri.h), and migrates (schema.h).
  /// Errors also: kUnsupported GT4004 when a newer program wrote it, kUsage GT4203 a password in the URI.
  [[nodiscard]] static Result<std::shared_ptr<Database>> open(const std::string& where,
                                                              const DatabaseOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Starts a write transaction; waits for others up to the busy timeout.
  Result<Transaction> begin();
  /// One statement in its own transaction; the number of rows it changed.
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& params = {});
  Result<Rows> query(std::string_view sql, const std::vector<Value>& params = {});

  [[nodiscard]] Result<bool> has_table(std::string_view name);
  /// What the database itself finds damaged; empty when it is sound (PostgreSQL looks after itself).
  [[nodiscard]] Result<std::vector<std::string>> verify();

  /// The file or the URI.
  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] bool read_only() const;

 private:
  friend class Transaction;
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::store
