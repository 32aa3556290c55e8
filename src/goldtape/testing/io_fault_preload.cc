// Loaded before libc (LD_PRELOAD), it counts the calls by which a program changes files, SQLite's and Arrow's
// included, and ends the process or fails the call at a chosen one. docs/testing.md tells how tests use it.
//
//   GOLDTAPE_TEST_IO_ROOT    only files below this directory count (required)
//   GOLDTAPE_TEST_IO_STEP    the call at which it happens, from 1; absent: never
//   GOLDTAPE_TEST_IO_ACTION  kill | kill-after | torn | eio | enospc | full (no space from there on)
//   GOLDTAPE_TEST_IO_COUNT   file into which the number of calls is written at the end
//   GOLDTAPE_TEST_IO_SYNCS   file to which the path of each file or directory that is synced is added
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

struct Settings {
  std::string root;
  std::string action;
  std::string count_file;
  std::string syncs_file;
  long step = 0;

  Settings() {
    root = variable("GOLDTAPE_TEST_IO_ROOT");
    action = variable("GOLDTAPE_TEST_IO_ACTION");
    count_file = variable("GOLDTAPE_TEST_IO_COUNT");
    syncs_file = variable("GOLDTAPE_TEST_IO_SYNCS");
    step = std::strtol(variable("GOLDTAPE_TEST_IO_STEP").c_str(), nullptr, 10);
  }
  static std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  }
};

const Settings& settings() {
  static const Settings all;
  return all;
}

std::atomic<long> calls{0};

/// libc's own function of a name.
template <typename Function>
Function* libc(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool counts(std::string_view path) {
  const std::string_view root = settings().root;
  return !root.empty() && path.size() > root.size() && path.starts_with(root) && path[root.size()] == '/';
}

std::string absolute(int directory, const char* path) {
  if (path == nullptr || *path == '/') return path == nullptr ? "" : path;
  std::array<char, 4096> buffer{};
  const std::string link =
      directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(directory);
  const ssize_t size = readlink(link.c_str(), buffer.data(), buffer.size());
  return size <= 0 ? path : std::string(buffer.data(), static_cast<std::size_t>(size)) + "/" + path;
}

std::string path_of(int fd) {
  std::array<char, 4096> buffer{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), buffer.data(), buffer.size());
  return size <= 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
}

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  std::abort();
}

/// What kind of change a call makes: only growing ones can find the disk full.
enum class Change { kGrows, kOther };

/// Does `call`, or what the settings want instead. `half` does half of it, for a torn write.
template <typename Call, typename Half>
auto guarded(const std::string& path, Change change, Call call, Half half) -> decltype(call()) {
  const int before = errno;
  if (!counts(path)) return call();
  const long at = ++calls;
  const Settings& all = settings();
  errno = before;
  if (all.step == 0 || at < all.step) return call();
  if (all.action == "full" && change == Change::kGrows) {
    errno = ENOSPC;
    return -1;
  }
  if (at != all.step || all.action == "full") return call();
  if (all.action == "torn") half();
  if (all.action == "kill-after") call();
  if (all.action == "eio" || all.action == "enospc") {
    errno = all.action == "eio" ? EIO : ENOSPC;
    return -1;
  }
  die();
}

template <typename Call>
auto guarded(const std::string& path, Change change, Call call) -> decltype(call()) {
  return guarded(path, change, call, [] {});
}

struct CountAtEnd {
  CountAtEnd() { (void)settings(); }  // Made before this, they are gone after it.
  ~CountAtEnd() {
    if (settings().count_file.empty()) return;
    if (FILE* file = std::fopen(settings().count_file.c_str(), "w"); file != nullptr) {
      std::fprintf(file, "%ld\n", calls.load());
      std::fclose(file);
    }
  }
};
const CountAtEnd count_at_end;

void note_sync(const std::string& path) {
  const int before = errno;
  if (counts(path) && !settings().syncs_file.empty()) {
    if (FILE* file = std::fopen(settings().syncs_file.c_str(), "a"); file != nullptr) {
      std::fprintf(file, "%s\n", path.c_str());
      std::fclose(file);
    }
  }
  errno = before;
}

int open_as(const char* name, int directory, const char* path, int flags, mode_t mode) {
  const auto call = [&] {
    return libc<int(int, const char*, int, mode_t)>(name)(directory, path, flags, mode);
  };
  if ((flags & (O_CREAT | O_TRUNC)) == 0) return call();
  return guarded(absolute(directory, path), Change::kGrows, call);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_as("openat", AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_as("openat64", AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_as("openat", directory, path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  auto* real = libc<ssize_t(int, const void*, size_t)>("write");
  return guarded(
      path_of(fd), Change::kGrows, [&] { return real(fd, bytes, size); },
      [&] { (void)real(fd, bytes, size / 2); });
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  auto* real = libc<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return guarded(
      path_of(fd), Change::kGrows, [&] { return real(fd, bytes, size, offset); },
      [&] { (void)real(fd, bytes, size / 2, offset); });
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return pwrite(fd, bytes, size, offset);
}

ssize_t writev(int fd, const iovec* pieces, int count) {
  return guarded(path_of(fd), Change::kGrows,
                 [&] { return libc<ssize_t(int, const iovec*, int)>("writev")(fd, pieces, count); });
}

int fsync(int fd) {
  const std::string path = path_of(fd);
  note_sync(path);
  return guarded(path, Change::kOther, [&] { return libc<int(int)>("fsync")(fd); });
}

int fdatasync(int fd) {
  const std::string path = path_of(fd);
  note_sync(path);
  return guarded(path, Change::kOther, [&] { return libc<int(int)>("fdatasync")(fd); });
}

int ftruncate(int fd, off_t size) noexcept {
  return guarded(path_of(fd), Change::kOther, [&] { return libc<int(int, off_t)>("ftruncate")(fd, size); });
}

int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }

int rename(const char* from, const char* to) noexcept {
  return guarded(absolute(AT_FDCWD, to), Change::kOther,
                 [&] { return libc<int(const char*, const char*)>("rename")(from, to); });
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to,
              unsigned flags) noexcept {
  return guarded(absolute(to_directory, to), Change::kOther, [&] {
    return libc<int(int, const char*, int, const char*, unsigned)>("renameat2")(from_directory, from,
                                                                                to_directory, to, flags);
  });
}

int link(const char* from, const char* to) noexcept {
  return guarded(absolute(AT_FDCWD, to), Change::kGrows,
                 [&] { return libc<int(const char*, const char*)>("link")(from, to); });
}

int unlink(const char* path) noexcept {
  return guarded(absolute(AT_FDCWD, path), Change::kOther,
                 [&] { return libc<int(const char*)>("unlink")(path); });
}

int remove(const char* path) noexcept {
  return guarded(absolute(AT_FDCWD, path), Change::kOther,
                 [&] { return libc<int(const char*)>("remove")(path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  return guarded(absolute(AT_FDCWD, path), Change::kGrows,
                 [&] { return libc<int(const char*, mode_t)>("mkdir")(path, mode); });
}

int rmdir(const char* path) noexcept {
  return guarded(absolute(AT_FDCWD, path), Change::kOther,
                 [&] { return libc<int(const char*)>("rmdir")(path); });
}

}  // extern "C"
