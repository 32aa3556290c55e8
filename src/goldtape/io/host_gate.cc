#include "goldtape/io/host_gate.h"

#include <algorithm>
#include <cmath>

namespace goldtape::io {

namespace {

constexpr double kPaceAfterRefusal = 0.5;
constexpr double kLowestPace = 0.05;
constexpr double kPaceStep = 0.1;
constexpr std::uint32_t kMostDoublings = 3;

}  // namespace

std::chrono::microseconds full_jitter(const Patience& patience, std::uint32_t tries,
                                      std::mt19937_64& random) {
  const std::uint32_t doublings = std::min(tries == 0 ? 0U : tries - 1, 30U);
  const auto first = std::chrono::microseconds(patience.first_backoff).count();
  const auto longest = std::chrono::microseconds(patience.longest_backoff).count();
  const auto bound = std::min(static_cast<double>(longest),
                              std::ldexp(static_cast<double>(first), static_cast<int>(doublings)));
  return std::chrono::microseconds(
      std::uniform_int_distribution<std::int64_t>(0, static_cast<std::int64_t>(bound))(random));
}

HostGate::HostGate(Allowance allowance, Patience patience, std::uint64_t seed)
    : allowance_(allowance), patience_(patience), random_(seed) {
  allowance_.burst = std::max(allowance_.burst, 1U);
  allowance_.concurrency = std::max(allowance_.concurrency, 1U);
}

HostGate::Time HostGate::interval(double pace) const {
  const double seconds = 1 / (std::max(allowance_.requests_per_second, 1e-6) * pace);
  return Time(static_cast<std::int64_t>(std::ceil(seconds * 1e6)));
}

std::optional<HostGate::Time> HostGate::ready_at(Time now) const {
  const std::uint32_t most = one_at_a_time_ ? 1 : allowance_.concurrency;
  if (in_flight_ >= most) return std::nullopt;
  if (!any_started_) return std::max(now, paused_until_);
  // By the full pace: a slower one must not lengthen what may come at once of the starts counted before it.
  const Time slack = one_at_a_time_ ? Time(0) : interval(1.0) * (allowance_.burst - 1);
  return std::max({now, next_ - slack, paused_until_});
}

void HostGate::started(Time now) {
  ++in_flight_;
  next_ = (any_started_ ? std::max(next_, now) : now) + interval(pace_);
  any_started_ = true;
}

void HostGate::answered(Time /*now*/) {
  --in_flight_;
  failures_ = 0;
  times_broken_ = 0;
  refusals_ = 0;
  one_at_a_time_ = false;
  pace_ = std::min(1.0, pace_ + kPaceStep);
}

void HostGate::pause_until(Time until) {
  paused_until_ = std::max(paused_until_, until);
  one_at_a_time_ = true;
}

void HostGate::refused(Time now, std::optional<std::chrono::milliseconds> retry_after) {
  --in_flight_;
  failures_ = 0;
  // Several refusals of one volley are one refusal.
  if (now >= paused_until_ || refusals_ == 0) {
    ++refusals_;
    pace_ = std::max(kLowestPace, pace_ * kPaceAfterRefusal);
  }
  // Where the host names a time, jitter comes on top: others were told the same.
  const Time jitter = full_jitter(patience_, refusals_, random_);
  const Time least = std::chrono::microseconds(patience_.first_backoff);
  pause_until(now + (retry_after ? std::chrono::microseconds(*retry_after) + std::min(jitter, least)
                                 : least + jitter));
}

void HostGate::failed(Time now) {
  --in_flight_;
  ++failures_;
  if (failures_ < patience_.failures_to_open && times_broken_ == 0) return;
  if (times_broken_ > 0 && now < paused_until_) return;  // one more of the same volley
  const std::uint32_t doublings = std::min(times_broken_, kMostDoublings);
  ++times_broken_;
  failures_ = 0;
  pause_until(now + std::chrono::microseconds(patience_.cool_down) * (1U << doublings));
}

void HostGate::abandoned() { --in_flight_; }

HostGate::State HostGate::state(Time now) const {
  if (now >= paused_until_) return State::kOpen;
  return times_broken_ > 0 ? State::kBroken : State::kPaused;
}

std::string_view to_string(HostGate::State state) {
  switch (state) {
    case HostGate::State::kOpen: return "open";
    case HostGate::State::kPaused: return "paused";
    case HostGate::State::kBroken: return "broken";
  }
  return "open";
}

}  // namespace goldtape::io
