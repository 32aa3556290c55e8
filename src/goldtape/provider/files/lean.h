// Where LEAN (QuantConnect's engine) keeps what: its folders, the names of its files, and its tickers.
// Layout: docs/formats.md, "LEAN".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/interval.h"

namespace goldtape::provider::files {

enum class LeanPart : std::uint8_t { kNone, kMinute, kHour, kDaily, kMapFile, kFactorFile };

/// What a file is by its folder and name: `minute/spy/20131007_trade.zip`, `hour/spy.zip`, `daily/spy.zip`,
/// `map_files/goog.csv`, `factor_files/aapl.csv`, with any folders before; kNone for all others, and below
/// the folders of other assets (crypto, forex, option, ...) and of other countries than usa.
[[nodiscard]] LeanPart lean_part(std::string_view path);
/// The ticker that such a path names; empty for kNone.
[[nodiscard]] std::string lean_ticker_of_path(std::string_view path);

/// LEAN's name in the spelling of the exchange: "BRK.B" of "brk.b". A number after a point ("twx.1") tells
/// apart companies that had a ticker one after another, and is not part of it.
[[nodiscard]] std::string lean_ticker(std::string_view name);

/// What the name of a table of bars says.
struct LeanTable {
  std::string ticker;
  std::optional<Date> date;  ///< Of minutes; hours and days have theirs in each row.
};
/// `20131007_spy_minute_trade.csv`, `spy.csv`. Errors, `where` as given: GT2251 (kDamaged) another name, and
/// (kUnsupported) quotes, ticks and seconds; GT2036 (kDamaged) minutes where another interval was asked for.
[[nodiscard]] Result<LeanTable> lean_table(std::string_view name, model::Interval interval,
                                           std::string_view where);

/// Whether a text is a map file or a factor file: rows that begin with a date of eight digits, no header.
[[nodiscard]] bool is_lean_actions(std::string_view text);

}  // namespace goldtape::provider::files
