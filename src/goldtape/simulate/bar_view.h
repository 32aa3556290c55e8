// What can be seen of a security's bars at an instant: cut at the clock, gathered into longer bars, and
// with the faults that a vendor's data have when the trouble file asks for them.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "goldtape/simulate/market.h"

namespace goldtape::simulate {

/// A fault in the data themselves. Which bars it meets is decided by seed, symbol and time alone, so a
/// question asked again meets the same, in a market of another size too.
struct BarTrouble {
  enum class Kind : std::uint8_t {
    kHoles,    ///< Bars are missing.
    kDoubled,  ///< Bars stand there twice.
    kLate,     ///< Bars appear `delay` after their end.
    kRevised,  ///< Until `delay` after their end bars have a smaller volume and another close.
    kEmpty,    ///< Whole sessions are missing.
  };
  Kind kind = Kind::kHoles;
  double share = 1;  ///< Of bars (kEmpty: of sessions).
  std::chrono::seconds delay{0};
  std::uint64_t seed = 0;
  std::vector<std::string> tickers = {};  ///< Securities that ever bore one of them; empty: all.
  Date first = Date::min();               ///< Sessions in [first, last].
  Date last = Date::max();
};

/// Whether the draw falls on a bar of this security: `key` is its instant in microseconds, of kEmpty the
/// session's day. By the first name of the security, not by its place in the market.
[[nodiscard]] bool meets_trouble(const BarTrouble& trouble, const Security& security, std::int64_t key);

/// Where bars longer than a minute begin.
enum class Alignment : std::uint8_t {
  kSession,  ///< Counted from the start of the part of the day: 09:30, 10:30 ... (Yahoo).
  kClock,    ///< On the hour (Alpaca, Massive); a bar may span the open.
};

struct MinuteView {
  std::int32_t minutes = 1;  ///< Length of a bar, 1 to 390.
  Timestamp start{};         ///< Bars that start in [start, end).
  Timestamp end{};
  bool extended = true;  ///< Pre and post market too.
  Alignment alignment = Alignment::kClock;
  Timestamp now{};  ///< Nothing after it is seen; the bar that is forming is cut there.
  std::span<const BarTrouble> troubles = {};
};

struct DayView {
  Date first{};  ///< Inclusive.
  Date last{};
  Timestamp now{};  ///< The session that lasts is made of its minutes so far; the next ones are not there.
  std::span<const BarTrouble> troubles = {};
};

/// Raw bars, ascending. Errors: the market's.
[[nodiscard]] Result<std::vector<MarketBar>> view_minutes(const Market& market, const Security& security,
                                                          const MinuteView& view);
[[nodiscard]] Result<std::vector<MarketBar>> view_days(const Market& market, const Security& security,
                                                       const DayView& view);

/// The last trade at or before `now`: the end of its minute (`now` within it, the close after a session).
/// Nothing before the first trade of all.
struct LastTrade {
  Timestamp ts{};
  double price = 0;
};
[[nodiscard]] Result<std::optional<LastTrade>> last_trade(const Market& market, const Security& security,
                                                          Timestamp now, bool extended);

}  // namespace goldtape::simulate
