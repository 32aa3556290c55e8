// Bar intervals, trading-day sessions and price bases: the small words every layer shares.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::model {

/// The length of a bar. Stored as its canonical text: 1m 5m 15m 1h 1d 1w 1mo.
enum class Interval : std::uint8_t { k1m, k5m, k15m, k1h, k1d, k1w, k1mo };

/// Canonical text ("1m"). Static storage.
[[nodiscard]] std::string_view to_string(Interval interval);
/// Accepts canonical names and Alpaca's (1Min, 5Min, 15Min, 1Hour, 1Day, 1Week, 1Month), any case but
/// `1M` (month at some vendors, minute at others: refused as ambiguous). Errors: GT1101, lists the names.
[[nodiscard]] Result<Interval> parse_interval(std::string_view text);
/// Whether bars of this interval are keyed by an instant within a session (else by a date).
[[nodiscard]] bool is_intraday(Interval interval);
/// Length of an intraday bar. Requires: is_intraday(interval).
[[nodiscard]] std::chrono::minutes length(Interval interval);

/// Part of the exchange's day a bar belongs to.
enum class SessionPart : std::uint8_t { kPre, kRegular, kPost };
[[nodiscard]] std::string_view to_string(SessionPart part);  ///< pre | regular | post
[[nodiscard]] Result<SessionPart> parse_session_part(std::string_view text);

/// What a vendor had already done to the prices it sent.
enum class PriceBasis : std::uint8_t {
  kRaw,            ///< As traded.
  kSplitAdjusted,  ///< Divided by all splits up to basis_as_of.
  kFullyAdjusted,  ///< Splits and dividends up to basis_as_of.
};
[[nodiscard]] std::string_view to_string(PriceBasis basis);  ///< raw | split_adjusted | fully_adjusted
[[nodiscard]] Result<PriceBasis> parse_price_basis(std::string_view text);

/// How a silver minute came to be.
enum class Fill : std::uint8_t { kTraded, kFilled, kNone, kHalted };
[[nodiscard]] std::string_view to_string(Fill fill);  ///< traded | filled | none | halted

}  // namespace goldtape::model
