// The daily bars of a generated security: a random walk that splits and dividends cut into.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/universe.h"

namespace goldtape::simulate {

/// Prices of a generated market are integers of 1e-4 USD; whole cents from one dollar up.
inline constexpr double kTicksPerDollar = 1e4;

/// A session's summary, which its minutes are made to fit exactly. All 0 where the security did not trade.
struct DayPlan {
  std::int32_t open = 0, high = 0, low = 0, close = 0;  ///< 1e-4 USD, raw.
  std::int32_t previous_close = 0;                      ///< Of the session before, on this one's basis.
  std::int32_t trades = 0;
  std::int64_t volume = 0;
};

/// Rounds to the tick of a price of this size; at least one tick.
[[nodiscard]] std::int32_t to_ticks(double dollars);

/// One plan a session, in their order. A security's log price reverts slowly to where it began, follows
/// the market's common return by its beta, and jumps about once in a hundred sessions.
[[nodiscard]] std::vector<DayPlan> daily_path(const GeneratedSecurity& security, std::uint64_t seed,
                                              std::span<const calendar::Session> sessions);

}  // namespace goldtape::simulate
