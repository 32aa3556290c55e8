// The seam to the operating system's files. Everything that must survive a crash goes through it, so that
// a test can fail, cut or kill any step (faulty_filesystem.h).
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::io {

struct FileInfo {
  std::string path;
  bool is_directory = false;
  std::uint64_t size_bytes = 0;
  Timestamp modified{};
};

/// A piece of a file; by default from its start to its end.
struct FileRange {
  static constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = kToTheEnd;
};

/// A piece of a file whose end is known.
struct FilePiece {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// A file being written. Nothing is visible under its final path before `commit`. Destroying it without
/// commit removes what was written. Not thread safe.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual Status append(std::string_view bytes) = 0;
  /// Flushes, syncs (when the options say so) and publishes atomically under the final path.
  /// Errors: GT7004 the path exists (write-once), GT7003 no space, GT7001 other.
  virtual Status commit() = 0;
};

struct WriteOptions {
  bool overwrite = false;  ///< false: write-once; commit fails with kAlreadyExists when the path exists.
  bool durable = true;     ///< fsync file and directory before commit returns.
  /// A new name that nobody looks for until it is named elsewhere (a manifest): written under it at once, so
  /// a crash may leave a torn file. Saves the sync of the directory where that of a new file includes its
  /// name.
  bool unnamed_yet = false;
};

/// Names of files that are still being written end so. A crash can leave one behind: it is never read, and
/// `fsck` may remove it when it is old.
inline constexpr std::string_view kTemporarySuffix = ".goldtape-tmp";

/// Files named by path: '/'-separated and absolute for the local one, "s3://bucket/key" for S3
/// (s3_filesystem.h). Thread safe. Errors everywhere: kNotFound GT7002, kIo GT7001 (with errno's words), kIo
/// GT7003 disk full, kAlreadyExists GT7004, kIo GT7005 permission, those of S3 GT7100..GT7109; `where` is the
/// path.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::string> read(std::string_view path) = 0;
  /// Up to `length` bytes from `offset`; fewer only at the end of the file.
  virtual Result<std::string> read_range(std::string_view path, std::uint64_t offset,
                                         std::uint64_t length) = 0;
  /// Many pieces of one or many files, each as read_range would give it (or read, for a whole file), in the
  /// order asked. One after the other on a disk; S3 has them all under way at once.
  virtual std::vector<Result<std::string>> read_many(std::span<const FileRange> ranges);
  /// Pieces of one file, one after the other, into memory of the caller's that has room for all of them. Says
  /// how many bytes these are: fewer than asked for when the file ends before.
  virtual Result<std::uint64_t> read_into(std::string_view path, std::span<const FilePiece> pieces, char* to);
  /// Creates missing parent directories.
  virtual Result<std::unique_ptr<FileWriter>> create(std::string_view path, WriteOptions options) = 0;
  virtual Result<FileInfo> info(std::string_view path) = 0;
  /// Entries below a directory, sorted by path; all files when recursive. Symbolic links are not followed
  /// out.
  virtual Result<std::vector<FileInfo>> list(std::string_view directory, bool recursive) = 0;
  virtual Status remove(std::string_view path) = 0;
  virtual Status create_directories(std::string_view path) = 0;
  /// Bytes free for this user where `path` lies; the greatest number where there is no bound.
  virtual Result<std::uint64_t> free_space_bytes(std::string_view path) = 0;

  /// create + append + commit.
  Status write(std::string_view path, std::string_view bytes, WriteOptions options);
};

/// The local file system of this machine.
[[nodiscard]] std::shared_ptr<FileSystem> local_filesystem();

}  // namespace goldtape::io
