// DuckDB behind its C API: one in-memory database, locked down. Not public; duckdb.h stays in engine.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"

namespace goldtape::query::internal {

struct EngineOptions {
  std::vector<std::string> allowed_directories;  ///< The only folders whose files SQL may read.
  int threads = 2;
  std::uint64_t memory_limit_bytes = 0;  ///< 0: DuckDB's own default.
};

/// One in-memory DuckDB with one connection. Not thread safe.
class Engine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Engine>> open(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs statements of ours and drops their result. Errors: GT6001 with DuckDB's words.
  Status run(const std::string& sql);
  /// Adds the rows of a table to an existing table of the same columns.
  Status insert(const std::string& table, const arrow::Table& rows);
  /// After this no file outside allowed_directories opens and no setting changes.
  Status lock();
  /// Runs one read-only statement and streams its rows. The reader keeps the engine's statement alive
  /// and must not outlive the engine. Errors: GT6001 SQL error, GT6002 not a read-only statement,
  /// GT6003 not exactly one statement.
  Result<std::shared_ptr<arrow::RecordBatchReader>> stream(std::string_view sql);

  struct Handles;

 private:
  explicit Engine(std::unique_ptr<Handles> handles);
  Status require_read_only(const std::string& sql);
  std::unique_ptr<Handles> handles_;
};

}  // namespace goldtape::query::internal
