#include "goldtape/lake/writer_lock.h"

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "goldtape/store/postgres_uri.h"

namespace goldtape::lake {

namespace {

constexpr std::chrono::milliseconds kPoll{20};
constexpr std::uint16_t kHeldByOther = 4002;

std::unexpected<Error> system_error(const std::string& path, int error) {
  const bool permission = error == EACCES || error == EPERM || error == EROFS;
  return fail(ErrorKind::kIo, permission ? 5005 : 5011,
              fmt::format("the lake's writer lock cannot be taken: {}", std::strerror(error)), path);
}

std::string holder_of(int fd) {
  char text[256];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  if (size <= 0) return "another command";
  std::string holder(text, static_cast<std::size_t>(size));
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder;
}

std::unexpected<Error> held(std::string_view holder, std::chrono::milliseconds waited,
                            const std::string& where) {
  return fail(ErrorKind::kConflict, 5010,
              fmt::format("{} is writing to this lake; waited {:.1f} s for it. Run the command again when "
                          "it has ended",
                          holder, std::chrono::duration<double>(waited).count()),
              where);
}

std::string host_name() {
  char text[256] = {};
  return ::gethostname(text, sizeof text - 1) == 0 ? text : "unknown";
}

// Only words for people: a lock without them still locks.
void sign(int fd, std::string_view command, Timestamp now) {
  const std::string text = fmt::format("{} (pid {}, since {})\n", command, ::getpid(), format_timestamp(now));
  if (::ftruncate(fd, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
}

}  // namespace

Result<WriterLock> WriterLock::acquire(const std::string& path, std::string_view command, Timestamp now,
                                       std::chrono::milliseconds timeout) {
  if (store::is_postgres_uri(path)) {
    const std::string holder =
        fmt::format("{} (pid {} on {}, since {})", command, ::getpid(), host_name(), format_timestamp(now));
    auto session = store::SessionLock::acquire(path, holder, timeout);
    if (session) return WriterLock(*std::move(session));
    if (session.error().code == kHeldByOther) return held(session.error().message, timeout, path);
    return std::unexpected<Error>(session.error());
  }
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return system_error(path, errno);
  WriterLock lock(fd);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_error(path, errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      return held(holder_of(fd), timeout, path);
    }
    std::this_thread::sleep_for(kPoll);
  }
  sign(fd, command, now);
  return lock;
}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), session_(std::exchange(other.session_, std::nullopt)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(session_, other.session_);
  return *this;
}

WriterLock::~WriterLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace goldtape::lake
