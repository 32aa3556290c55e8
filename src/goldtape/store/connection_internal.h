// A connection to the operations database. One implementation for SQLite, one for PostgreSQL. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/store/database.h"
#include "goldtape/store/value.h"

namespace goldtape::store::internal {

struct Answer {
  Rows rows;
  std::int64_t changes = 0;  ///< Rows that a statement changed.
  std::string tag = {};      ///< PostgreSQL: what was done, "COMMIT", "INSERT 0 1".
};

/// Not thread safe: Database serialises. Errors as Database's.
class Connection {
 public:
  virtual ~Connection() = default;
  /// One statement with `?` parameters.
  virtual Result<Answer> run(std::string_view sql, const std::vector<Value>& params) = 0;
  virtual Status begin() = 0;
  /// Errors also: kIo GT4016 when the outcome could not be found out.
  virtual Status commit() = 0;
  virtual void roll_back() = 0;
  virtual Result<bool> has_table(std::string_view name) = 0;
  /// Until the end of the transaction no other process migrates.
  virtual Status lock_schema() = 0;
  virtual Result<std::vector<std::string>> verify() = 0;
};

[[nodiscard]] Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path,
                                                                 const DatabaseOptions& options);
[[nodiscard]] Result<std::unique_ptr<Connection>> connect_postgres(const std::string& uri,
                                                                   const DatabaseOptions& options);

}  // namespace goldtape::store::internal
