// The marts' arithmetic: what one session of minute bars of one security says. Pure; rows of gold's marts.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "goldtape/feature/bar_columns.h"

namespace goldtape::feature {

/// One session of one security: its minutes in order (unpriced ones too), what the calendar expects, and what
/// came before. `traded[i]` is 1 where the minute traded (not filled).
struct SessionBars {
  BarColumns bars;
  std::span<const std::uint8_t> traded;
  std::span<const std::int32_t> hour;  ///< Exchange-local hour of each minute, 0..23.
  std::int32_t session_minutes = 0;    ///< Length of the session by the calendar.
  double previous_close =
      std::numeric_limits<double>::quiet_NaN();  ///< Of the session before; NaN when unknown.
};

/// A row of gold.volatility_by_hour. Use: when to trade, when to expect slippage; the heat map of a day.
struct HourVolatility {
  std::int32_t hour = 0;     ///< Exchange-local.
  std::int32_t returns = 0;  ///< One-minute returns within the hour, between priced minutes.
  double realized_volatility =
      0;  ///< sqrt(sum of squared one-minute log returns) (Andersen, Bollerslev 1998).
  double mean_absolute_return = 0;  ///< Mean of |log return|; NaN without returns.
  double volume = 0;                ///< Shares.
};
/// One row for each hour with minutes of the session, ascending. The return over the edge of two hours counts
/// in the later one; the jump from the previous session counts nowhere.
[[nodiscard]] std::vector<HourVolatility> volatility_by_hour(const SessionBars& session);

/// A row of gold.liquidity. Use: which securities can be traded in size, and which bars are mere prints.
struct Liquidity {
  std::int32_t traded_minutes = 0;
  std::int32_t session_minutes = 0;
  double traded_share = 0;       ///< traded_minutes / session_minutes.
  double volume = 0;             ///< Shares.
  double dollar_volume = 0;      ///< Sum of p v, p the bar's vwap, else (h+l+c)/3.
  double median_volume = 0;      ///< Median volume of the traded minutes; NaN when none traded.
  std::int32_t longest_gap = 0;  ///< Longest run of minutes without a trade.
  /// |ln(close / first open)| / dollar volume x 10^6 (Amihud 2002, over one session); NaN without volume.
  double amihud = 0;
};
[[nodiscard]] Liquidity liquidity(const SessionBars& session);

/// A row of gold.daily_summary. Use: daily bars from minutes, checked against the vendor's own, and screens.
struct DailySummary {
  double open = 0, high = 0, low = 0, close = 0;  ///< USD; NaN when no minute had a price.
  double vwap = 0;                                ///< USD; NaN without volume.
  double volume = 0;                              ///< Shares.
  double session_return = 0;                      ///< close / open - 1.
  double gap = 0;                                 ///< open / previous close - 1; NaN when unknown.
  double range = 0;                               ///< high / low - 1.
  double realized_volatility = 0;                 ///< sqrt(sum of squared one-minute log returns).
  std::int32_t first_traded_minute = -1;          ///< 0-based; -1 when none traded.
  std::int32_t last_traded_minute = -1;
  std::int32_t filled_minutes = 0;  ///< Minutes with a price carried forward.
};
[[nodiscard]] DailySummary daily_summary(const SessionBars& session);

}  // namespace goldtape::feature
