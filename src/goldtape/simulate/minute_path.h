// The minute bars of a generated session: they add up to its daily bar exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/daily_path.h"
#include "goldtape/simulate/market.h"

namespace goldtape::simulate {

/// Minutes [first, last) of a session in which nothing traded.
struct Pause {
  std::int32_t first = 0;
  std::int32_t last = 0;
};

/// Appends a session's bars in order: pre market (04:00 on), regular, post market (to 20:00). Volume and
/// volatility are high at the open, higher at the close, low at noon. Of the regular bars the first open,
/// highest high, lowest low, last close, and the sums of volume and trades are the plan's. A minute without
/// a trade has no bar. Requires: plan.volume >= plan.trades >= 3, every minute of `pause` within the session
/// and not all of it paused.
void append_minutes(const GeneratedSecurity& security, const DayPlan& plan, const calendar::Session& session,
                    std::uint64_t seed, const Pause* pause, std::vector<MarketBar>& out);

}  // namespace goldtape::simulate
