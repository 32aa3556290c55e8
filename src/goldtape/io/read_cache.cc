#include "goldtape/io/read_cache.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/hash.h"

namespace goldtape::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSumBytes = sizeof(std::uint64_t);
// A piece larger than this share of the cache would push out too much else.
constexpr std::uint64_t kLeastPieces = 8;
// Evicting goes below the bound by so much, so that not every write evicts.
constexpr std::uint64_t kEvictTo = 9;
constexpr std::uint64_t kEvictOf = 10;

/// The pieces on disk. All failures are silent: a cache that does not work only makes reads slower.
class Pieces {
 public:
  explicit Pieces(ReadCacheOptions options) : options_(std::move(options)) {}

  std::optional<std::string> find(const FileRange& range) {
    const std::string path = path_of(range);
    auto bytes = disk_->read(path);
    if (!bytes || bytes->size() < kSumBytes) return std::nullopt;
    std::uint64_t sum = 0;
    std::memcpy(&sum, bytes->data() + bytes->size() - kSumBytes, kSumBytes);
    bytes->resize(bytes->size() - kSumBytes);
    if (xxh3_64(*bytes) != sum) {
      (void)disk_->remove(path);
      return std::nullopt;
    }
    std::error_code ignored;
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    return *std::move(bytes);
  }

  void keep(const FileRange& range, const std::string& bytes) {
    if (bytes.size() > options_.max_bytes / kLeastPieces) return;
    const std::uint64_t sum = xxh3_64(bytes);
    std::string stored = bytes;
    stored.append(reinterpret_cast<const char*>(&sum), kSumBytes);
    if (!disk_->write(path_of(range), stored, {.overwrite = true, .durable = false})) return;
    const std::lock_guard lock(mutex_);
    if (used_bytes_) *used_bytes_ += stored.size();
    if (!used_bytes_ || *used_bytes_ > options_.max_bytes) evict();
  }

  void forget(std::string_view file) {
    std::error_code ignored;
    fs::remove_all(folder_of(file), ignored);
  }

 private:
  [[nodiscard]] std::string folder_of(std::string_view file) const {
    const std::string name = sha256_hex(fmt::format("{}\n{}", options_.origin, file));
    return fmt::format("{}/{}/{}", options_.folder, name.substr(0, 2), name.substr(2));
  }
  [[nodiscard]] std::string path_of(const FileRange& range) const {
    return fmt::format("{}/{}-{}", folder_of(range.path), range.offset,
                       range.length == FileRange::kToTheEnd ? "end" : std::to_string(range.length));
  }

  /// Looks what is there, others' pieces too, and removes the oldest beyond the bound.
  void evict() {
    auto files = disk_->list(options_.folder, true);
    if (!files) return;
    std::erase_if(*files, [](const FileInfo& file) { return file.is_directory; });
    std::uint64_t used = 0;
    for (const FileInfo& file : *files) used += file.size_bytes;
    if (used > options_.max_bytes) {
      std::ranges::sort(*files, {}, &FileInfo::modified);
      const std::uint64_t goal = options_.max_bytes / kEvictOf * kEvictTo;
      for (const FileInfo& file : *files) {
        if (used <= goal) break;
        if (disk_->remove(file.path)) used -= file.size_bytes;
        std::error_code not_empty;
        fs::remove(fs::path(file.path).parent_path(), not_empty);
      }
    }
    used_bytes_ = used;
  }

  ReadCacheOptions options_;
  std::shared_ptr<FileSystem> disk_ = local_filesystem();
  std::mutex mutex_;
  std::optional<std::uint64_t> used_bytes_;  ///< Unknown until the first piece is kept.
};

/// Forgets what it replaces.
class ReplacingWriter final : public FileWriter {
 public:
  ReplacingWriter(std::unique_ptr<FileWriter> slow, std::shared_ptr<Pieces> pieces, std::string path)
      : slow_(std::move(slow)), pieces_(std::move(pieces)), path_(std::move(path)) {}
  Status append(std::string_view bytes) override { return slow_->append(bytes); }
  Status commit() override {
    Status done = slow_->commit();
    pieces_->forget(path_);
    return done;
  }

 private:
  std::unique_ptr<FileWriter> slow_;
  std::shared_ptr<Pieces> pieces_;
  std::string path_;
};

class CachedFileSystem final : public FileSystem {
 public:
  CachedFileSystem(std::shared_ptr<FileSystem> slow, ReadCacheOptions options)
      : slow_(std::move(slow)), pieces_(std::make_shared<Pieces>(std::move(options))) {}

  Result<std::string> read(std::string_view path) override {
    const FileRange whole{.path = std::string(path)};
    return std::move(read_many({&whole, 1}).front());
  }
  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override {
    const FileRange piece{.path = std::string(path), .offset = offset, .length = length};
    return std::move(read_many({&piece, 1}).front());
  }

  /// What is not here is asked for in one call.
  std::vector<Result<std::string>> read_many(std::span<const FileRange> ranges) override {
    std::vector<Result<std::string>> out(ranges.size());
    std::vector<FileRange> missing;
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (auto bytes = pieces_->find(ranges[i])) {
        out[i] = *std::move(bytes);
      } else {
        missing.push_back(ranges[i]);
        positions.push_back(i);
      }
    }
    if (missing.empty()) return out;
    auto got = slow_->read_many(missing);
    for (std::size_t i = 0; i < missing.size(); ++i) {
      if (got[i]) pieces_->keep(missing[i], *got[i]);
      out[positions[i]] = std::move(got[i]);
    }
    return out;
  }

  Result<std::unique_ptr<FileWriter>> create(std::string_view path, WriteOptions options) override {
    GT_ASSIGN(auto writer, slow_->create(path, options));
    if (!options.overwrite) return writer;
    return std::make_unique<ReplacingWriter>(std::move(writer), pieces_, std::string(path));
  }
  Result<FileInfo> info(std::string_view path) override { return slow_->info(path); }
  Result<std::vector<FileInfo>> list(std::string_view directory, bool recursive) override {
    return slow_->list(directory, recursive);
  }
  Status remove(std::string_view path) override {
    Status removed = slow_->remove(path);
    pieces_->forget(path);
    return removed;
  }
  Status create_directories(std::string_view path) override { return slow_->create_directories(path); }
  Result<std::uint64_t> free_space_bytes(std::string_view path) override {
    return slow_->free_space_bytes(path);
  }

 private:
  std::shared_ptr<FileSystem> slow_;
  std::shared_ptr<Pieces> pieces_;
};

}  // namespace

std::shared_ptr<FileSystem> cached_filesystem(std::shared_ptr<FileSystem> slow, ReadCacheOptions options) {
  return std::make_shared<CachedFileSystem>(std::move(slow), std::move(options));
}

}  // namespace goldtape::io
