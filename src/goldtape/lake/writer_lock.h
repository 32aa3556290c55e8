// One writing command at a time in a lake, across processes.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::lake {

/// An exclusive flock(2) on `LAKE/.writer.lock`, released when destroyed or when the process dies.
/// Two locks of one process exclude each other too. Not thread safe.
class WriterLock {
 public:
  /// Waits up to `timeout`. The file's content says who holds it, for the message of the one that waits.
  /// Errors: kConflict GT5010, kIo GT5005 (permission), GT5011 (other).
  [[nodiscard]] static Result<WriterLock> acquire(const std::string& path, std::string_view command,
                                                  Timestamp now, std::chrono::milliseconds timeout);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

 private:
  explicit WriterLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace goldtape::lake
