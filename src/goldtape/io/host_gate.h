// When a host may be asked next: its allowance, its pauses, and whether it answers at all. No I/O and no
// clock: the time is handed in, so rules are tested in virtual time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace goldtape::io {

/// How often a host may be asked.
struct Allowance {
  double requests_per_second = 1;  ///< More than 0.
  std::uint32_t burst = 1;         ///< Requests that may leave at once after a pause.
  std::uint32_t concurrency = 1;   ///< Requests in flight.
};

/// When a host fails or asks for patience.
struct Patience {
  std::chrono::milliseconds first_backoff{1'000};  ///< The bound of the first wait; doubles with each try.
  std::chrono::milliseconds longest_backoff{60'000};
  std::uint32_t failures_to_open = 8;  ///< So many in a row, and the circuit opens.
  std::chrono::milliseconds cool_down{30'000};
};

/// A wait before try number `tries + 1`: anything from nothing to min(longest, first * 2^(tries - 1)), evenly
/// ("full jitter"), so that many who failed together do not come back together.
[[nodiscard]] std::chrono::microseconds full_jitter(const Patience& patience, std::uint32_t tries,
                                                    std::mt19937_64& random);

/// One host. Times are of a monotonic clock. Not thread safe.
///
/// Within any span of t seconds at most burst + requests_per_second * t requests start. After a refusal (429)
/// no request starts before the time the host named, else a backoff; then one alone goes to try the water,
/// and the pace starts at a half and recovers by a tenth with each answer. After `failures_to_open` failures
/// in a row the circuit opens: nothing starts until it has cooled down, then one probe, whose answer closes
/// it or opens it for twice as long (at most eight times).
class HostGate {
 public:
  using Time = std::chrono::microseconds;

  HostGate(Allowance allowance, Patience patience, std::uint64_t seed);

  /// When the next request may start: `now` or earlier means at once; nothing means when one has ended.
  [[nodiscard]] std::optional<Time> ready_at(Time now) const;
  void started(Time now);
  void answered(Time now);  ///< An answer that shows the host works, whatever it says of the question.
  void refused(Time now, std::optional<std::chrono::milliseconds> retry_after);  ///< "Too many requests".
  void failed(Time now);                                                         ///< 5xx, or no answer.
  void abandoned();  ///< An exchange was given up by us; says nothing of the host.

  enum class State : std::uint8_t { kOpen, kPaused, kBroken };
  [[nodiscard]] State state(Time now) const;
  /// Times in a row that the circuit opened without an answer in between.
  [[nodiscard]] std::uint32_t times_broken() const { return times_broken_; }
  [[nodiscard]] std::uint32_t refusals_in_a_row() const { return refusals_; }

 private:
  [[nodiscard]] Time interval(double pace) const;
  void pause_until(Time until);

  Allowance allowance_;
  Patience patience_;
  std::mt19937_64 random_;
  Time next_{0};  ///< Theoretical start of the next request at an even pace.
  bool any_started_ = false;
  Time paused_until_{0};
  double pace_ = 1;  ///< Share of the allowance in use.
  std::uint32_t in_flight_ = 0;
  std::uint32_t refusals_ = 0;  ///< In a row.
  std::uint32_t failures_ = 0;  ///< In a row.
  std::uint32_t times_broken_ = 0;
  bool one_at_a_time_ = false;  ///< Until the next answer.
};

[[nodiscard]] std::string_view to_string(HostGate::State state);  ///< open | paused | broken

}  // namespace goldtape::io
