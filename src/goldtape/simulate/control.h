// The simulator's own paths: its clock, its market as it really is, and what was asked of it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "goldtape/simulate/movable_clock.h"
#include "goldtape/simulate/venue_route.h"

namespace goldtape::simulate {

/// Counts answers by venue and status. Thread safe.
class AnswerCounts {
 public:
  void add(Venue venue, int status);
  /// {"yahoo":{"200":12,"429":1}}
  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] std::uint64_t total() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<Venue, int>, std::uint64_t> counts_;
};

/// What the controls reach. All of it outlives the answer.
struct ControlScene {
  const Market* market = nullptr;
  MovableClock* clock = nullptr;
  const AnswerCounts* counts = nullptr;
};

/// Answers what lies below /simulator:
///
///   GET  /simulator                    the clock, its speed, the dates and number of securities, the counts
///   POST /simulator/clock              now=TIME, speed=X: moves the clock (parameters of the query)
///   GET  /simulator/securities         who they are: tickers, listing, delisting, actions
///   GET  /simulator/bars/TICKER        interval=1m|1d, from=DATE, to=DATE, asof=DATE: raw bars as CSV, the
///                                      whole truth whatever the clock and the troubles
///
/// `path` begins with "/simulator". Errors are answered as {"message": ...}.
[[nodiscard]] WireAnswer control_answer(const ControlScene& scene, std::string_view method,
                                        const WireRequest& request);

}  // namespace goldtape::simulate
