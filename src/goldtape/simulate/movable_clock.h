// The simulator's clock: it can be set, sped up, slowed down and stopped while the server runs.
#pragma once

#include <memory>
#include <mutex>

#include "goldtape/io/clock.h"

namespace goldtape::simulate {

/// Ten thousand simulated seconds a real one: a session in 2.4 s.
inline constexpr double kMaxClockSpeed = 10'000;

/// Thread safe.
class MovableClock {
 public:
  /// Shows `start` now and goes on at `speed` simulated seconds a real one (0: it stands still).
  MovableClock(std::shared_ptr<const io::Clock> real, Timestamp start, double speed);

  [[nodiscard]] Timestamp now() const;
  [[nodiscard]] double speed() const;
  void set(Timestamp ts);
  void set_speed(double speed);

 private:
  [[nodiscard]] Timestamp now_locked() const;

  std::shared_ptr<const io::Clock> real_;
  mutable std::mutex mutex_;
  Timestamp simulated_;  ///< What it showed at real_base_.
  std::chrono::microseconds real_base_;
  double speed_;
};

}  // namespace goldtape::simulate
