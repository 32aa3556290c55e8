// What goes wrong in a simulation: faults on the wire and faults in the data, as a file says them
// (docs/simulate.md describes it).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/simulate/bar_view.h"
#include "goldtape/simulate/venue_route.h"

namespace goldtape::simulate {

/// A fault of an answer as it travels.
struct WireTrouble {
  enum class Kind : std::uint8_t {
    kStatus,       ///< The venue's own error of this status, with Retry-After when it is said.
    kLimit,        ///< 429 for what exceeds a rate; kept in real time.
    kCrumb,        ///< Yahoo's 401 for charts asked for without cookie and crumb.
    kRedirect,     ///< 302 to elsewhere.
    kHtml,         ///< A page for people, with status 200.
    kEmptyBody,    ///< 200 and nothing.
    kMalformed,    ///< The body's beginning, as if it were whole.
    kCut,          ///< The connection ends in the middle of the body.
    kContentType,  ///< Another Content-Type.
    kHuge,         ///< So many bytes of white space before the body.
    kGzipBomb,     ///< So many zeros, packed small.
    kSlow,         ///< The answer is held back.
    kSkew,         ///< The Date header is wrong by so much.
  };
  Kind kind = Kind::kStatus;

  std::optional<Venue> venue = {};  ///< Nothing: all.
  std::string path = {};            ///< Below the venue; '*' is anything; empty: all.
  double share = 1;                 ///< Of the requests, drawn by seed, target and its count.
  std::uint64_t after = 0;          ///< So many go free first.
  std::uint64_t times = 0;          ///< So many meet it, then no more; 0: without end.
  bool per_target = false;          ///< `after` and `times` count each target (path and query) by itself.

  int status = 503;
  std::optional<std::int64_t> retry_after_s = {};
  double requests_per_s = 0;
  double burst = 1;
  double keep = 0.5;      ///< Share of the body that arrives.
  std::string text = {};  ///< Where to (kRedirect), which type (kContentType).
  std::uint64_t bytes = 0;
  std::chrono::milliseconds delay{0};
  std::chrono::seconds skew{0};
};

/// "status", "cut" ... as a script calls it.
[[nodiscard]] std::string_view to_string(WireTrouble::Kind kind);

/// A fault of the data at one venue, or at all.
struct VenueBarTrouble {
  std::optional<Venue> venue = {};
  BarTrouble trouble;
};

struct TroubleScript {
  std::uint64_t seed = 0;
  std::vector<WireTrouble> wire;
  std::vector<VenueBarTrouble> bars;

  /// The faults of the data that a venue shows.
  [[nodiscard]] std::vector<BarTrouble> bars_at(Venue venue) const;
};

/// Reads {"seed": 1, "trouble": [{"do": "status", ...}, ...]}; comments as in C++ are allowed. `name` says
/// where it came from. Errors: kUsage GT8106 what is not JSON, an unknown or missing word, a value out of
/// bounds; the message names the entry.
[[nodiscard]] Result<TroubleScript> parse_trouble_script(std::string_view text, const std::string& name);

}  // namespace goldtape::simulate
