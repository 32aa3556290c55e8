// One writing command at a time in a lake, across processes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/store/session_lock.h"

namespace goldtape::lake {

/// Exclusive, released when destroyed or when the process dies. Two locks of one process exclude each other
/// too. Not thread safe.
class WriterLock {
 public:
  /// Waits up to `timeout`. `where` is a file (flock(2), `LAKE/.writer.lock`) or the URI of a PostgreSQL
  /// database, whose lock all machines see. `command` is told to the one that waits.
  /// Errors: kConflict GT5010, kIo GT5005 (permission), GT5011 (other); the store's.
  [[nodiscard]] static Result<WriterLock> acquire(const std::string& where, std::string_view command,
                                                  Timestamp now, std::chrono::milliseconds timeout);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

 private:
  explicit WriterLock(int fd) : fd_(fd) {}
  explicit WriterLock(store::SessionLock session) : session_(std::move(session)) {}
  int fd_ = -1;
  std::optional<store::SessionLock> session_;
};

}  // namespace goldtape::lake
