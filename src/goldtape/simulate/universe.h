// Who is in a generated market: tickers, liquidity, and what happens to them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/market.h"

namespace goldtape::simulate {

/// Most symbols of a generated market.
inline constexpr std::uint32_t kMaxGeneratedSymbols = 10'000;

/// What decides how a generated security trades.
struct Profile {
  double first_price = 0;     ///< USD on its first session.
  double daily_sigma = 0;     ///< Standard deviation of a day's log return of its own.
  double beta = 1;            ///< Share of the market's return that it follows.
  double daily_volume = 0;    ///< Shares on a usual day.
  double shares_a_trade = 0;  ///< Volume over number of trades.
  double extended_share = 0;  ///< Trades in the pre and in the post market, as a share of the day's.
};

struct GeneratedSecurity {
  Security security;
  Profile profile;
};

/// `count` securities that are listed at some time of `sessions` (not empty), the same for the same
/// arguments. Liquidity falls from the first to the last: some 8 % trade in every minute, 30 % leave most
/// minutes empty. The rates a year are near those of US stocks; short ranges get more, so that a market of
/// a hundred symbols or more has each kind of event at least once: splits and reverse splits, dividends,
/// listings, delistings, renames, a ticker that is given to another security. Requires: count <=
/// kMaxGeneratedSymbols.
[[nodiscard]] std::vector<GeneratedSecurity> make_universe(std::uint32_t count, std::uint64_t seed,
                                                           std::span<const calendar::Session> sessions);

}  // namespace goldtape::simulate
