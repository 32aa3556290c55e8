// The bars that bronze has of one security and one session, from all sources, and what becomes of them in
// silver. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/model/interval.h"
#include "goldtape/reference/adjustment.h"
#include "goldtape/reference/halts.h"

namespace goldtape::lake {

/// A bar of bronze on its way to silver.
struct SourceBar {
  std::int64_t security_id = 0;
  std::int64_t ts_us = 0;
  std::int32_t date_days = 0;
  std::uint32_t source_rank = 0;  ///< 0: the most preferred.
  std::uint32_t source = 0;       ///< In SilverNames::sources.
  std::uint32_t ticker = 0;       ///< In SilverNames::tickers.
  std::uint32_t load = 0;         ///< In the reader's load ids.
  std::int32_t basis_as_of_days = 0;
  model::PriceBasis basis = model::PriceBasis::kRaw;
  model::BarContent content = {};
};

/// A bar that cannot stand in silver.
struct RefusedBar {
  SourceBar bar;
  std::string rule;  ///< on_grid | inside_session | raw_basis | price_representable | has_session
  std::string reason;
};

/// What refine needs to know about a security. Views are borrowed for the call.
struct SecurityFacts {
  std::int64_t security_id = 0;
  std::uint32_t ticker = 0;                           ///< Its name on the date.
  const reference::FactorSchedule* splits = nullptr;  ///< All splits known; nullptr: none.
};

/// Appends the whole session grid of one security: `session.minutes()` rows, or, while the session lasts at
/// `now`, those up to the last bar. `bars` are regular bars of that security and date, sorted by (ts,
/// source_rank); of several sources the most preferred one that has the minute is taken.
void refine_session(const SecurityFacts& facts, const calendar::Session& session,
                    std::span<const SourceBar> bars, std::span<const reference::Halt> halts, Timestamp now,
                    std::vector<SilverMinute>& out, std::vector<RefusedBar>& refused);

/// Appends the day's row, if a bar can stand. `bars`: of one security and date, sorted by source_rank.
/// Factors are 1 and adj_close NaN: adjust_days fills them in.
void refine_day(const SecurityFacts& facts, bool has_session, std::span<const SourceBar> bars,
                std::vector<SilverDay>& out, std::vector<RefusedBar>& refused);

/// Fills in split_factor, dividend_factor and adj_close of one security's days.
void adjust_days(const reference::FactorSchedule& schedule, std::span<SilverDay> days);

}  // namespace goldtape::lake
