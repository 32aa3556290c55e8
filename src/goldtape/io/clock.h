// The clock as a seam: real for users, set by hand in tests.
#pragma once

#include <atomic>
#include <memory>

#include "goldtape/base/time.h"

namespace goldtape::io {

/// Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Since an arbitrary instant; never goes back, whatever is done to the machine's date. For waiting.
  [[nodiscard]] virtual std::chrono::microseconds monotonic() const = 0;
};

[[nodiscard]] std::shared_ptr<Clock> system_clock();

/// A clock that stands still until moved. Honours nothing but `set` and `advance`.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : us_(to_micros(start)) {}
  [[nodiscard]] Timestamp now() const override { return from_micros(us_.load()); }
  [[nodiscard]] std::chrono::microseconds monotonic() const override {
    return std::chrono::microseconds(us_.load());
  }
  void set(Timestamp ts) { us_.store(to_micros(ts)); }
  void advance(std::chrono::microseconds by) { us_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> us_;
};

}  // namespace goldtape::io
