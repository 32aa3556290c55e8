// Which requests meet which faults of the wire, and what these make of an answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "goldtape/serve/http_message.h"
#include "goldtape/simulate/trouble_script.h"

namespace goldtape::simulate {

/// Keeps count of the requests. What a request meets by share depends on the script's seed, its target and
/// how often this target was asked before, so any order of the targets gives each the same. Thread safe.
class TroubleMaker {
 public:
  explicit TroubleMaker(TroubleScript script);

  /// The faults that a request meets, in the script's order. `monotonic` is real time, for limits;
  /// `has_session`: it bears Yahoo's cookie and crumb.
  [[nodiscard]] std::vector<const WireTrouble*> meet(Venue venue, std::string_view path,
                                                     std::string_view target,
                                                     std::chrono::microseconds monotonic,
                                                     bool has_session = false);
  [[nodiscard]] const std::vector<BarTrouble>& bars_at(Venue venue) const {
    return bars_[static_cast<std::size_t>(venue)];
  }

 private:
  struct State {
    std::uint64_t seen = 0;
    std::unordered_map<std::uint64_t, std::uint64_t> seen_by_target;  ///< By hash.
    double tokens = 0;
    std::chrono::microseconds filled_at{0};
  };
  bool strikes(const WireTrouble& trouble, State& state, std::size_t rule, std::uint64_t target);
  static bool exceeds(const WireTrouble& trouble, State& state, std::chrono::microseconds now);

  TroubleScript script_;
  std::vector<std::vector<BarTrouble>> bars_;  ///< By venue.
  std::mutex mutex_;
  std::vector<State> states_;  ///< By rule.
};

/// Whether the venue's own answer is thrown away, and so need not be made.
[[nodiscard]] bool replaces_answer(WireTrouble::Kind kind);
/// Makes the trouble. The Date header is set already.
void apply_trouble(const WireTrouble& trouble, Venue venue, serve::Response& response);
/// Whether a text fits a pattern in which '*' is anything; an empty pattern fits all.
[[nodiscard]] bool fits_pattern(std::string_view text, std::string_view pattern);

}  // namespace goldtape::simulate
