// Minutes that many liquid tickers lack at once: a fault of the vendor, not a lack of trades.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "goldtape/quality/expectation.h"

namespace goldtape::quality {

/// The minutes of one session in which one ticker traded, by 0-based minute. No session of the US exchanges
/// is longer than kMaxSessionMinutes.
inline constexpr std::size_t kMaxSessionMinutes = 512;
using MinuteSet = std::bitset<kMaxSessionMinutes>;

/// Whether so many bars make a ticker liquid in a session of `session_minutes`.
[[nodiscard]] bool is_liquid(std::size_t bars, std::int32_t session_minutes, const Thresholds& thresholds);

/// The minutes that at least hole_min_tickers, and hole_min_share, of the liquid tickers lack. `presence`: a
/// set a ticker, all of one session, in any order; the answer does not depend on it.
[[nodiscard]] MinuteSet vendor_holes(std::span<const MinuteSet> presence, std::int32_t session_minutes,
                                     const Thresholds& thresholds);

}  // namespace goldtape::quality
