// DuckDB behind its C API: one in-memory database, locked down. Not public; duckdb.h stays in engine.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/query/remote_files_internal.h"

namespace goldtape::query::internal {

struct EngineOptions {
  std::vector<std::string> allowed_directories;  ///< The only folders whose files SQL may read.
  int threads = 2;
  std::uint64_t memory_limit_bytes = 0;              ///< 0: DuckDB's own default.
  std::shared_ptr<io::FileSystem> remote = nullptr;  ///< Of "s3://" paths; absent: there are none.
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
  /// Files on S3 that a view names; opening them is quicker when they were named.
  void add_remote_table(std::vector<RemoteFile> files);
  /// After this no file outside allowed_directories opens and no setting changes.
  Status lock();
  /// Runs one read-only statement and streams its rows. The reader keeps the engine's statement alive
  /// and must not outlive the engine. Errors: GT6001 SQL error, GT6002 not a read-only statement,
  /// GT6003 not exactly one statement, io's for files on S3. Errors of the reader are stream_error's.
  Result<std::shared_ptr<arrow::RecordBatchReader>> stream(std::string_view sql);

  struct Handles;

 private:
  explicit Engine(std::unique_ptr<Handles> handles);
  Status require_read_only(const std::string& sql);
  std::unique_ptr<Handles> handles_;
};

/// What an arrow::Status of Engine's or Session's reader says: io's error where a file could not be read,
/// else GT6001 with its words.
[[nodiscard]] Error stream_error(const arrow::Status& status);

}  // namespace goldtape::query::internal
