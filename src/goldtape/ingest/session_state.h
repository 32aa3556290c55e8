// What is known of each ticker and session, by what was asked and what came. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/asked.h"

namespace goldtape::ingest {

enum class SessionState : std::uint8_t {
  kComplete,    ///< There are bars, and nothing says that some are missing.
  kEarlyClose,  ///< The same, on a short day.
  kNoTrade,     ///< Asked, and the venue has no bar: a ticker that does not trade every day.
  kHalted,      ///< By silver's coverage.
  kVendorHole,  ///< Asked, and bars are missing that others, or the ticker's own habit, say there were.
  kNotListed,   ///< Before the ticker's first bar, or the venue knows no such name.
  kDelisted,    ///< After its last bar, for good.
  kForming,     ///< Not over.
  kNotAsked,    ///< Not asked for yet, or only while it lasted.
  kFailed,      ///< Asked; no usable answer came.
};
/// complete | early_close | no_trade | halted | vendor_hole | not_listed | delisted | forming | not_asked |
/// failed
[[nodiscard]] std::string_view to_string(SessionState state);
/// Whether something has to be done about it.
[[nodiscard]] constexpr bool is_gap(SessionState state) {
  return state == SessionState::kVendorHole || state == SessionState::kNotAsked ||
         state == SessionState::kFailed;
}

/// What bronze and silver know of one ticker.
struct TickerFacts {
  std::map<Date, std::int64_t> bars = {};     ///< Of regular hours, by session date.
  std::map<Date, SessionState> refined = {};  ///< Where silver's coverage says more.
  std::vector<AskedRange> asked = {};
  std::vector<TimeRange> failed = {};  ///< Asked without a usable answer, ever.
};

/// Sessions after the last bar, all asked and without a bar, from which on a ticker counts as delisted.
inline constexpr std::size_t kDelistedAfter = 20;
/// A ticker that trades on at least this share of its asked sessions is expected on all of them.
inline constexpr double kLiquidShare = 0.9;

/// One state for each session.
[[nodiscard]] std::vector<SessionState> session_states(const TickerFacts& facts,
                                                       std::span<const calendar::Session> sessions,
                                                       const Stream& stream, Timestamp now);

}  // namespace goldtape::ingest
