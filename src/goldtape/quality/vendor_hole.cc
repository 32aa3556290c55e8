#include "goldtape/quality/vendor_hole.h"

#include <algorithm>

namespace goldtape::quality {

bool is_liquid(std::size_t bars, std::int32_t session_minutes, const Thresholds& thresholds) {
  return static_cast<double>(bars) >= thresholds.liquid_min_share * session_minutes;
}

MinuteSet vendor_holes(std::span<const MinuteSet> presence, std::int32_t session_minutes,
                       const Thresholds& thresholds) {
  std::vector<const MinuteSet*> liquid;
  for (const MinuteSet& minutes : presence) {
    if (is_liquid(minutes.count(), session_minutes, thresholds)) liquid.push_back(&minutes);
  }
  MinuteSet holes;
  const double share = thresholds.hole_min_share * static_cast<double>(liquid.size());
  const auto length = std::min(static_cast<std::size_t>(std::max(session_minutes, 0)), kMaxSessionMinutes);
  for (std::size_t minute = 0; minute < length; ++minute) {
    const auto lacking =
        std::ranges::count_if(liquid, [&](const MinuteSet* set) { return !set->test(minute); });
    if (lacking >= thresholds.hole_min_tickers && static_cast<double>(lacking) >= share) holes.set(minute);
  }
  return holes;
}

}  // namespace goldtape::quality
