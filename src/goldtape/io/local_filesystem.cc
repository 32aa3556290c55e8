// Local files: written beside their final name, synced, then published by one link or rename.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "goldtape/io/file_descriptor_internal.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/io/os_error.h"

namespace goldtape::io {
namespace {

std::unexpected<Error> fail_with(int error_number, std::string_view doing, std::string_view path) {
  return std::unexpected(os_error(error_number, doing, path));
}

std::string parent_of(std::string_view path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? std::string_view("/") : path.substr(0, slash));
}

/// Calls until it is not interrupted by a signal.
template <typename Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Result<FileDescriptor> open_file(const std::string& path, int flags, mode_t mode, std::string_view doing) {
  const int fd = retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (fd < 0) return fail_with(errno, doing, path);
  return FileDescriptor(fd);
}

Status sync_directory(const std::string& directory) {
  GT_ASSIGN(const FileDescriptor fd,
            open_file(directory, O_RDONLY | O_DIRECTORY, 0, "open the directory to sync it"));
  // Some file systems cannot sync a directory and say EINVAL; there is nothing more to be had from them.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return fail_with(errno, "sync the directory", directory);
  return {};
}

/// Whether the sync of a newly made file makes its name durable too: journals of these file systems hold the
/// making of the file before its sync (or, f2fs, note the name in the file's own node).
bool syncs_names(int fd) {
  struct statfs s{};
  if (::fstatfs(fd, &s) != 0) return false;
  constexpr std::uint64_t kF2fs = 0xF2F52010;
  switch (static_cast<std::uint64_t>(s.f_type) & 0xFFFFFFFFU) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case kF2fs: return true;
    default: return false;
  }
}

/// Whether a sync carries along all that was done to names before it: one journal, written in order.
bool journals_in_order(const std::string& path) {
  struct statfs s{};
  if (::statfs(path.c_str(), &s) != 0) return false;
  switch (static_cast<std::uint64_t>(s.f_type) & 0xFFFFFFFFU) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case TMPFS_MAGIC: return true;
    default: return false;
  }
}

/// A name beside `path` that no other writer uses: readers and `list` know such files by their suffix.
std::string temporary_name(std::string_view path) {
  static std::atomic<std::uint64_t> counter{0};
  return fmt::format("{}.{}-{}{}", path, ::getpid(), counter.fetch_add(1), kTemporarySuffix);
}

Timestamp modified_time(const struct stat& s) {
  return Timestamp{std::chrono::seconds{s.st_mtim.tv_sec} +
                   std::chrono::microseconds{s.st_mtim.tv_nsec / 1000}};
}

class LocalFileWriter final : public FileWriter {
 public:
  LocalFileWriter(std::string path, std::string temporary, FileDescriptor fd, WriteOptions options)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(std::move(fd)), options_(options) {}

  ~LocalFileWriter() override {
    if (!published_) ::unlink(temporary_.c_str());
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = retry_interrupted([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
      if (n < 0) return fail_with(errno, "write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  Status commit() override {
    if (temporary_ == path_) return commit_in_place();
    if (options_.durable && ::fsync(fd_.get()) != 0) return fail_with(errno, "sync", path_);
    if (const int error_number = fd_.close(); error_number != 0)
      return fail_with(error_number, "close", path_);
    GT_RETURN_IF_ERROR(publish());
    published_ = true;
    if (options_.durable) return sync_directory(parent_of(path_));
    return {};
  }

 private:
  Status commit_in_place() {
    const bool sync_name = options_.durable && !syncs_names(fd_.get());
    if (options_.durable && ::fsync(fd_.get()) != 0) return fail_with(errno, "sync", path_);
    if (const int error_number = fd_.close(); error_number != 0)
      return fail_with(error_number, "close", path_);
    published_ = true;
    if (sync_name) return sync_directory(parent_of(path_));
    return {};
  }

  Status publish() {
    if (options_.overwrite) {
      if (::rename(temporary_.c_str(), path_.c_str()) != 0)
        return fail_with(errno, "rename into place", path_);
      return {};
    }
    const int result = ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE);
    if (result == 0) return {};
    if (errno != EINVAL && errno != ENOSYS) return fail_with(errno, "create", path_);
    // File systems without RENAME_NOREPLACE: a hard link refuses an existing name just as well.
    if (::link(temporary_.c_str(), path_.c_str()) != 0) return fail_with(errno, "create", path_);
    ::unlink(temporary_.c_str());
    return {};
  }

  std::string path_;
  std::string temporary_;
  FileDescriptor fd_;
  WriteOptions options_;
  bool published_ = false;
};

class LocalFileSystem final : public FileSystem {
 public:
  Result<std::string> read(std::string_view path) override {
    GT_ASSIGN(const FileDescriptor fd, open_file(std::string(path), O_RDONLY, 0, "open"));
    struct stat s{};
    if (::fstat(fd.get(), &s) != 0) return fail_with(errno, "read", path);
    if (S_ISDIR(s.st_mode)) return fail_with(EISDIR, "read", path);
    std::string out;
    out.reserve(static_cast<std::size_t>(s.st_size));
    for (;;) {
      GT_ASSIGN(const std::size_t got, read_at(fd.get(), path, out.size(), out, kReadChunkBytes));
      if (got == 0) return out;
    }
  }

  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override {
    GT_ASSIGN(const FileDescriptor fd, open_file(std::string(path), O_RDONLY, 0, "open"));
    return read_piece(fd.get(), {std::string(path), offset, length});
  }

  // A file is opened once for all its pieces that follow one another.
  std::vector<Result<std::string>> read_many(std::span<const FileRange> ranges) override {
    std::vector<Result<std::string>> out;
    out.reserve(ranges.size());
    const std::string* path = nullptr;
    std::optional<Result<FileDescriptor>> fd;
    for (const FileRange& range : ranges) {
      if (path == nullptr || *path != range.path) fd.emplace(open_file(range.path, O_RDONLY, 0, "open"));
      path = &range.path;
      if (fd->has_value()) {
        out.push_back(read_piece((*fd)->get(), range));
      } else {
        out.emplace_back(std::unexpected<Error>(fd->error()));
      }
    }
    return out;
  }

  Result<std::uint64_t> read_into(std::string_view path, std::span<const FilePiece> pieces,
                                  char* to) override {
    GT_ASSIGN(const FileDescriptor fd, open_file(std::string(path), O_RDONLY, 0, "open"));
    std::uint64_t bytes = 0;
    for (const FilePiece& piece : pieces) {
      for (std::uint64_t done = 0; done < piece.length;) {
        const ssize_t n = retry_interrupted([&] {
          return ::pread(fd.get(), to + bytes, piece.length - done, static_cast<off_t>(piece.offset + done));
        });
        if (n < 0) return fail_with(errno, "read", path);
        if (n == 0) return bytes;
        done += static_cast<std::uint64_t>(n);
        bytes += static_cast<std::uint64_t>(n);
      }
    }
    return bytes;
  }

  Result<std::unique_ptr<FileWriter>> create(std::string_view path, WriteOptions options) override {
    GT_RETURN_IF_ERROR(make_directories(parent_of(path), false));
    std::string name(path);
    if (!options.overwrite && ::access(name.c_str(), F_OK) == 0) return fail_with(EEXIST, "create", path);
    std::string temporary = options.unnamed_yet && !options.overwrite ? name : temporary_name(path);
    auto fd = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, 0644, "create");
    if (!fd) {
      fd.error().where = std::move(name);
      return std::unexpected(fd.error());
    }
    return std::make_unique<LocalFileWriter>(std::move(name), std::move(temporary), *std::move(fd), options);
  }

  Result<FileInfo> info(std::string_view path) override {
    struct stat s{};
    if (::stat(std::string(path).c_str(), &s) != 0) return fail_with(errno, "look at", path);
    return FileInfo{.path = std::string(path),
                    .is_directory = S_ISDIR(s.st_mode),
                    .size_bytes = S_ISDIR(s.st_mode) ? 0 : static_cast<std::uint64_t>(s.st_size),
                    .modified = modified_time(s)};
  }

  Result<std::vector<FileInfo>> list(std::string_view directory, bool recursive) override {
    std::vector<FileInfo> out;
    GT_RETURN_IF_ERROR(list_into(std::string(directory), recursive, out));
    std::sort(out.begin(), out.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
    return out;
  }

  Status remove(std::string_view path) override {
    if (::remove(std::string(path).c_str()) != 0) return fail_with(errno, "remove", path);
    return {};
  }

  Status create_directories(std::string_view path) override {
    return make_directories(std::string(path), true);
  }

  Result<std::uint64_t> free_space_bytes(std::string_view path) override {
    struct statvfs s{};
    std::filesystem::path at(path);
    while (::statvfs(at.empty() ? "." : at.c_str(), &s) != 0) {
      if (errno != ENOENT || at.empty() || at == at.parent_path())
        return fail_with(errno, "ask for free space", path);
      at = at.parent_path();
    }
    return std::uint64_t{s.f_bavail} * s.f_frsize;
  }

 private:
  /// `sync`: durable when it returns, whatever comes after; else by the sync of what is put inside, at once
  /// where that would not do.
  Status make_directories(const std::string& name, bool sync) {
    const bool all_synced = making_ == 0;
    struct stat s{};
    if (::stat(name.c_str(), &s) == 0) {
      if (!S_ISDIR(s.st_mode)) return fail_with(ENOTDIR, "create the directory", name);
      // Another thread may have made it and be about to sync it.
      if (!all_synced) const std::scoped_lock until_synced(making_mutex_);
      return {};
    }
    ++making_;
    const std::scoped_lock lock(making_mutex_);
    const Status made = make_missing(name, sync);
    --making_;
    return made;
  }

  static Status make_missing(const std::string& name, bool sync) {
    struct stat s{};
    if (::stat(name.c_str(), &s) == 0) {
      if (S_ISDIR(s.st_mode)) return {};
      return fail_with(ENOTDIR, "create the directory", name);
    }
    const std::string parent = parent_of(name);
    if (parent != name) GT_RETURN_IF_ERROR(make_missing(parent, sync));
    if (::mkdir(name.c_str(), 0755) != 0 && errno != EEXIST)
      return fail_with(errno, "create the directory", name);
    // Without this a crash could forget the directory, and with it the synced files inside.
    if (!sync && journals_in_order(parent)) return {};
    return sync_directory(parent);
  }

  std::mutex making_mutex_;
  std::atomic<int> making_ = 0;  ///< Threads that make directories, or are about to.

  static constexpr std::uint64_t kReadChunkBytes = 1U << 20U;

  /// Appends up to `wanted` bytes from `offset` to `out`; returns how many, 0 at the end.
  static Result<std::size_t> read_at(int fd, std::string_view path, std::uint64_t offset, std::string& out,
                                     std::uint64_t wanted) {
    const std::size_t before = out.size();
    ssize_t n = 0;
    int error_number = 0;
    // Not resize: it would write zeros first, a tenth of the time of a read that the cache answers.
    out.resize_and_overwrite(before + static_cast<std::size_t>(wanted), [&](char* data, std::size_t) {
      n = retry_interrupted([&] { return ::pread(fd, data + before, wanted, static_cast<off_t>(offset)); });
      error_number = errno;
      return before + (n < 0 ? 0 : static_cast<std::size_t>(n));
    });
    if (n < 0) return fail_with(error_number, "read", path);
    return static_cast<std::size_t>(n);
  }

  static Result<std::string> read_piece(int fd, const FileRange& range) {
    std::string out;
    while (out.size() < range.length) {
      const std::uint64_t wanted = std::min<std::uint64_t>(range.length - out.size(), kReadChunkBytes);
      GT_ASSIGN(const std::size_t got, read_at(fd, range.path, range.offset + out.size(), out, wanted));
      if (got == 0) break;
    }
    return out;
  }

  Status list_into(const std::string& directory, bool recursive, std::vector<FileInfo>& out) {
    DIR* handle = ::opendir(directory.c_str());
    if (handle == nullptr) return fail_with(errno, "list", directory);
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(handle, ::closedir);
    const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
    errno = 0;
    for (const dirent* entry = ::readdir(handle); entry != nullptr; entry = ::readdir(handle)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..")
        GT_RETURN_IF_ERROR(list_entry(prefix + std::string(name), recursive, out));
      errno = 0;
    }
    if (errno != 0) return fail_with(errno, "list", directory);
    return {};
  }

  Status list_entry(const std::string& path, bool recursive, std::vector<FileInfo>& out) {
    struct stat s{};
    if (::lstat(path.c_str(), &s) != 0) {
      if (errno == ENOENT) return {};  // Removed since the directory was read.
      return fail_with(errno, "list", path);
    }
    const bool is_link = S_ISLNK(s.st_mode);
    // A link to a file is that file; a link to a directory could lead out of the tree or round in a circle.
    if (is_link && (::stat(path.c_str(), &s) != 0 || S_ISDIR(s.st_mode))) return {};
    const bool is_directory = S_ISDIR(s.st_mode);
    if (is_directory && recursive) return list_into(path, true, out);
    out.push_back({.path = path,
                   .is_directory = is_directory,
                   .size_bytes = is_directory ? 0 : static_cast<std::uint64_t>(s.st_size),
                   .modified = modified_time(s)});
    return {};
  }
};

}  // namespace

std::shared_ptr<FileSystem> local_filesystem() {
  static const auto filesystem = std::make_shared<LocalFileSystem>();
  return filesystem;
}

}  // namespace goldtape::io
