#include "goldtape/io/scheme_filesystem.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "goldtape/io/s3_options.h"

namespace goldtape::io {
namespace {

class SchemeFileSystem final : public FileSystem {
 public:
  SchemeFileSystem(std::shared_ptr<FileSystem> local,
                   std::function<Result<std::shared_ptr<FileSystem>>()> make_s3)
      : local_(std::move(local)), make_s3_(std::move(make_s3)) {}

  Result<std::string> read(std::string_view path) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->read(path);
  }
  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->read_range(path, offset, length);
  }
  std::vector<Result<std::string>> read_many(std::span<const FileRange> ranges) override {
    if (std::ranges::none_of(ranges, [](const FileRange& range) { return is_s3_path(range.path); })) {
      return local_->read_many(ranges);
    }
    std::vector<Result<std::string>> out(ranges.size());
    read_some(ranges, false, out);
    read_some(ranges, true, out);
    return out;
  }
  Result<std::uint64_t> read_into(std::string_view path, std::span<const FilePiece> pieces,
                                  char* to) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->read_into(path, pieces, to);
  }
  Result<std::unique_ptr<FileWriter>> create(std::string_view path, WriteOptions options) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->create(path, options);
  }
  Result<FileInfo> info(std::string_view path) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->info(path);
  }
  Result<std::vector<FileInfo>> list(std::string_view directory, bool recursive) override {
    GT_ASSIGN(FileSystem * files, of(directory));
    return files->list(directory, recursive);
  }
  Status remove(std::string_view path) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->remove(path);
  }
  Status create_directories(std::string_view path) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->create_directories(path);
  }
  Result<std::uint64_t> free_space_bytes(std::string_view path) override {
    GT_ASSIGN(FileSystem * files, of(path));
    return files->free_space_bytes(path);
  }

 private:
  /// Those of one kind, all in one call.
  void read_some(std::span<const FileRange> ranges, bool remote, std::vector<Result<std::string>>& out) {
    std::vector<FileRange> some;
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (is_s3_path(ranges[i].path) != remote) continue;
      some.push_back(ranges[i]);
      positions.push_back(i);
    }
    if (some.empty()) return;
    auto files = of(some.front().path);
    if (!files) {
      for (const std::size_t i : positions) out[i] = std::unexpected(files.error());
      return;
    }
    auto got = (*files)->read_many(some);
    for (std::size_t i = 0; i < positions.size(); ++i) out[positions[i]] = std::move(got[i]);
  }

  Result<FileSystem*> of(std::string_view path) {
    if (!is_s3_path(path)) return local_.get();
    const std::lock_guard lock(mutex_);
    if (!s3_) s3_ = make_s3_();
    if (!*s3_) return std::unexpected(s3_->error());
    return (*s3_)->get();
  }

  std::shared_ptr<FileSystem> local_;
  std::function<Result<std::shared_ptr<FileSystem>>()> make_s3_;
  std::mutex mutex_;
  std::optional<Result<std::shared_ptr<FileSystem>>> s3_;
};

}  // namespace

std::shared_ptr<FileSystem> scheme_filesystem(std::shared_ptr<FileSystem> local,
                                              std::function<Result<std::shared_ptr<FileSystem>>()> make_s3) {
  return std::make_shared<SchemeFileSystem>(std::move(local), std::move(make_s3));
}

}  // namespace goldtape::io
