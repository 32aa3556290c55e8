// Files of S3 as DuckDB reads them, in as few round trips as it takes: sizes are known from the manifests,
// and the ends of a table's files, where Parquet keeps its footers, come all at once. Not public.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::query::internal {

/// A file that a table names.
struct RemoteFile {
  std::string path;
  std::uint64_t size_bytes = 0;
};

/// An open file: its size and its last bytes. Cheap to copy.
struct OpenRemoteFile {
  std::string path;
  std::uint64_t size_bytes = 0;
  std::shared_ptr<const std::string> tail;
};

/// Thread safe.
class RemoteFiles {
 public:
  explicit RemoteFiles(std::shared_ptr<io::FileSystem> filesystem) : filesystem_(std::move(filesystem)) {}

  /// The files of one table: opening one of them fetches the ends of those near it too.
  void add_table(std::vector<RemoteFile> files);

  /// Errors: io's.
  [[nodiscard]] Result<OpenRemoteFile> open(const std::string& path);
  /// Up to `length` bytes from `offset`, fewer at the end of the file. Errors: io's.
  [[nodiscard]] Result<std::uint64_t> read(const OpenRemoteFile& file, std::uint64_t offset,
                                           std::uint64_t length, void* out);
  /// The first error since the last call: DuckDB makes text of it.
  [[nodiscard]] std::optional<Error> take_error();

 private:
  struct Known {
    std::uint64_t size_bytes = 0;
    std::size_t table = 0;
    std::size_t position = 0;  ///< In its table.
    std::shared_ptr<const std::string> tail;
  };
  Error noted(const Error& error);
  Status fetch_tails(const std::string& path);

  std::shared_ptr<io::FileSystem> filesystem_;
  std::mutex mutex_;
  std::vector<std::vector<RemoteFile>> tables_;
  std::map<std::string, Known, std::less<>> known_;
  std::optional<Error> error_;
};

}  // namespace goldtape::query::internal
