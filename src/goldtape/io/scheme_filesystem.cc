#include "goldtape/io/scheme_filesystem.h"

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
    std::vector<Result<std::string>> out(ranges.size());
    std::vector<FileRange> remote;
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (is_s3_path(ranges[i].path)) {
        remote.push_back(ranges[i]);
        positions.push_back(i);
      } else {
        out[i] = std::move(local_->read_many(ranges.subspan(i, 1)).front());
      }
    }
    if (remote.empty()) return out;
    auto files = of(remote.front().path);
    if (!files) {
      for (const std::size_t i : positions) out[i] = std::unexpected(files.error());
      return out;
    }
    auto got = (*files)->read_many(remote);
    for (std::size_t i = 0; i < positions.size(); ++i) out[positions[i]] = std::move(got[i]);
    return out;
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
