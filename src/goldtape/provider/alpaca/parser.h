// Alpaca's answers to rows: pure functions of the request, the bytes and the moment of observation.
//
// Errors of all: those of json_body.h (GT2220..GT2223, packing); kDamaged GT2226 a number or time that cannot
// be one, with the row's place in the answer.
#pragma once

#include <string>

#include "goldtape/provider/provider.h"

namespace goldtape::provider::alpaca {

/// {"bars": {SYMBOL: [BAR, ...], ...}}, {"bars": [BAR, ...], "symbol": SYMBOL}, and the newest ones with one
/// BAR in place of the list. Bars that had not ended when they were observed are counted and left out; bars
/// that lack a member are set aside. The basis follows the option `adjustment`. GT2225 bars without their
/// symbol.
[[nodiscard]] Result<model::BarBatch> parse_bars(const Answer& answer);

/// {SYMBOL: {"minuteBar", "dailyBar", "prevDailyBar", ...} | null, ...}, maybe within "snapshots": by the
/// request's interval the minute or the two daily bars.
[[nodiscard]] Result<model::BarBatch> parse_snapshots(const Answer& answer);

/// {"trades": {SYMBOL: [TRADE, ...]}} or a list with "symbol": bronze.trades.
[[nodiscard]] Result<model::RecordBatch> parse_trades(const Answer& answer);

/// {"corporate_actions": {KIND: [ROW, ...]}}. forward_splits and reverse_splits are splits; unit_splits
/// renames and spin-offs; rights_distributions spin-offs of the right; mergers of all three kinds mergers,
/// cash in the description; redemptions and worthless_removals delistings; name_changes renames. A name
/// change that keeps the symbol (a new CUSIP) is no action here. Kinds that are not known are left to the raw
/// answer, and described in ActionBatch::notes.
[[nodiscard]] Result<model::ActionBatch> parse_actions(const Answer& answer);

/// [ASSET, ...]: bronze.listings, list "assets". [{"date", "open", "close"}, ...]: bronze.sessions.
[[nodiscard]] Result<model::RecordBatch> parse_assets(const Answer& answer);
[[nodiscard]] Result<model::RecordBatch> parse_calendar(const Answer& answer);

/// "next_page_token" of an answer; empty when there is none or it is null.
[[nodiscard]] Result<std::string> next_page_token(const Answer& answer);

}  // namespace goldtape::provider::alpaca
