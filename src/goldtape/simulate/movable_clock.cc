#include "goldtape/simulate/movable_clock.h"

namespace goldtape::simulate {

MovableClock::MovableClock(std::shared_ptr<const io::Clock> real, Timestamp start, double speed)
    : real_(std::move(real)), simulated_(start), real_base_(real_->monotonic()), speed_(speed) {}

Timestamp MovableClock::now_locked() const {
  const auto passed = static_cast<double>((real_->monotonic() - real_base_).count());
  return simulated_ + std::chrono::microseconds{static_cast<std::int64_t>(passed * speed_)};
}

Timestamp MovableClock::now() const {
  const std::scoped_lock lock(mutex_);
  return now_locked();
}

double MovableClock::speed() const {
  const std::scoped_lock lock(mutex_);
  return speed_;
}

void MovableClock::set(Timestamp ts) {
  const std::scoped_lock lock(mutex_);
  simulated_ = ts;
  real_base_ = real_->monotonic();
}

void MovableClock::set_speed(double speed) {
  const std::scoped_lock lock(mutex_);
  simulated_ = now_locked();
  real_base_ = real_->monotonic();
  speed_ = speed;
}

}  // namespace goldtape::simulate
