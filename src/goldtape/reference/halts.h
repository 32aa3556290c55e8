// Market-wide trading halts: minutes in which no bar can exist.
#pragma once

#include <span>
#include <string_view>

#include "goldtape/base/time.h"

namespace goldtape::reference {

/// A halt of all US-listed securities, [start, end).
struct Halt {
  Timestamp start;
  Timestamp end;
  std::string_view why;  ///< Static storage.
};

/// The circuit-breaker halts since 1990, ascending: 1997-10-27 (two; the second lasted to the close) and
/// 2020-03-09, -12, -16 and -18. Sources: SEC, "Trading Analysis of October 27 and 28, 1997"; Nasdaq market
/// system status messages of those days in 2020.
[[nodiscard]] std::span<const Halt> market_wide_halts();

/// Whether the minute that starts at `minute` lies wholly inside one of the halts.
[[nodiscard]] bool is_halted(std::span<const Halt> halts, Timestamp minute);

}  // namespace goldtape::reference
