#include "goldtape/store/turn.h"

#include <cerrno>
#include <cstdint>
#include <random>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "goldtape/store/database.h"
#include "goldtape/store/postgres_uri.h"
#include "goldtape/store/value.h"

namespace goldtape::store {
namespace {

/// Closing the file gives the lock back, as does the end of the process.
class FileTurn final : public Turn {
 public:
  explicit FileTurn(int fd) : fd_(fd) {}
  FileTurn(const FileTurn&) = delete;
  FileTurn& operator=(const FileTurn&) = delete;
  ~FileTurn() override { ::close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// A lock of our session on the server; the server frees it when the session ends.
class SessionTurn final : public Turn {
 public:
  SessionTurn(Database& database, int number) : database_(database), number_(number) {}
  SessionTurn(const SessionTurn&) = delete;
  SessionTurn& operator=(const SessionTurn&) = delete;
  ~SessionTurn() override {
    (void)database_.query("SELECT pg_advisory_unlock(hashtext('goldtape turn ' || current_schema()), ?::int)",
                          {std::int64_t{number_}});
  }

 private:
  Database& database_;
  int number_;
};

/// A number between 0 and 2^31 for a key: the same in every process and version (FNV-1a).
int number_of_key(std::string_view key) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return static_cast<int>(hash >> 1U);
}

/// How long to sleep between two looks; differs each time, so that nobody is always the second.
std::chrono::microseconds next_look() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::microseconds(std::uniform_int_distribution<int>(500, 3'000)(random));
}

std::unique_ptr<Turn> take_file_turn(const std::string& path, std::string_view key,
                                     std::chrono::milliseconds patience) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return nullptr;
  auto turn = std::make_unique<FileTurn>(fd);
  struct flock byte{};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = number_of_key(key);
  byte.l_len = 1;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // A lock of the open file, not of the process: threads wait for each other too.
  while (::fcntl(fd, F_OFD_SETLK, &byte) != 0) {
    const bool taken = errno == EAGAIN || errno == EACCES || errno == EINTR;
    if (!taken || std::chrono::steady_clock::now() >= deadline) return nullptr;
    std::this_thread::sleep_for(next_look());
  }
  return turn;
}

std::unique_ptr<Turn> take_session_turn(Database& database, std::string_view key,
                                        std::chrono::milliseconds patience) {
  const int number = number_of_key(key);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto taken =
        database.query("SELECT pg_try_advisory_lock(hashtext('goldtape turn ' || current_schema()), ?::int)",
                       {std::int64_t{number}});
    if (!taken) return nullptr;
    if (int_of(taken->rows.at(0).at(0)) == 1) return std::make_unique<SessionTurn>(database, number);
    if (std::chrono::steady_clock::now() >= deadline) return nullptr;
    std::this_thread::sleep_for(next_look());
  }
}

}  // namespace

std::unique_ptr<Turn> take_turn(Database& database, std::string_view key,
                                std::chrono::milliseconds patience) {
  if (database.read_only()) return nullptr;
  if (is_postgres_uri(database.path())) return take_session_turn(database, key, patience);
  return take_file_turn(database.path() + "-turn", key, patience);
}

}  // namespace goldtape::store
