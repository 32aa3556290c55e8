// An exclusive lock that several machines see: held by a session of the PostgreSQL server.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::store {

/// Freed when destroyed, and by the server when the process or its machine is gone. Not thread safe.
class SessionLock {
 public:
  /// Waits up to `timeout` for the lock of this database (of its current schema). `holder` is told to those
  /// who wait meanwhile; it stands in the table `meta`, which must be there.
  /// Errors: kConflict GT4002 (the message begins with the holder), Database's.
  [[nodiscard]] static Result<SessionLock> acquire(const std::string& uri, std::string_view holder,
                                                   std::chrono::milliseconds timeout);
  SessionLock(SessionLock&&) noexcept;
  SessionLock& operator=(SessionLock&&) noexcept;
  ~SessionLock();

 private:
  struct Impl;
  explicit SessionLock(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::store
