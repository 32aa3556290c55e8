// The suites: which expectations stand before bronze and before silver.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/model/bar_batch.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/quality/expectation.h"
#include "goldtape/quality/report.h"

namespace goldtape::quality {

/// Settings of `[quality]`: thresholds, and severities that replace the defaults by rule name.
struct Settings {
  Thresholds thresholds = {};
  std::map<std::string, Severity, std::less<>> severities = {};
};

/// Before bronze.bars. Rows in any order. Rules (default severity):
///   columns              critical, table  columns of one length, tickers and source named
///   prices_positive      critical, row    open, high, low, close finite and > 0
///   ohlc_sane            critical, row    low <= open, close <= high, within ohlc_tolerance
///   volume_not_negative  critical, row
///   keys_unique          critical, row    no two rows of one (ticker, ts) with different content
///   on_grid              critical, row    intraday ts starts a bar, counted from the opening or the clock
///   inside_session       critical, row    regular intraday bars lie in their date's session
///   has_session          warning, row     the date is a session of the exchange
///   not_in_future        critical, row    the bar had started by `now`
///   vwap_in_range        warning, row     low <= vwap <= high
///   row_count            warning, table   minutes per session against the ticker's own trailing median
///   vendor_hole          warning, table   minutes that many liquid tickers lack at once
[[nodiscard]] Report check_bars(const model::BarBatch& batch, const Context& context,
                                const Settings& settings = {});

/// Before bronze.corporate_actions:
///   source_named         critical, table  the answer has a source
///   action_complete      critical, row    ticker named, new_ticker where the type needs one
///   action_value         critical, row    split and spin-off ratio > 0, dividend >= 0, all finite
///   keys_unique          critical, row    no two of one (ticker, ex_date, type, new_ticker) that differ
///   known_at_not_in_future critical, row
///   ex_date_is_session   warning, row     unless announced beyond the calendar's end
[[nodiscard]] Report check_actions(const model::ActionBatch& batch, const Context& context,
                                   const Settings& settings = {});

/// Silver minute rows in columns; spans of one length, sorted by (security_id, ts). Prices NaN for NULL.
struct SilverMinutes {
  std::span<const std::int64_t> security_id;
  std::span<const std::string_view> ticker;
  std::span<const std::int64_t> ts_us;
  std::span<const std::int32_t> date_days;
  std::span<const std::int32_t> minute;
  std::span<const double> open, high, low, close;
  std::span<const std::int64_t> volume;
  std::span<const model::Fill> fill;
};

/// Before silver.bars_1m: columns, timestamps_increasing, grid_complete (each (security, session) has every
/// minute once), prices_positive, ohlc_sane, volume_not_negative, fill_consistent (traded and filled have
/// prices, none and halted have none, filled has volume 0), not_in_future: critical; row_count,
/// vendor_hole: warnings.
[[nodiscard]] Report check_silver_1m(const SilverMinutes& rows, const Context& context,
                                     const Settings& settings = {});

/// Silver daily rows, sorted by (security_id, date).
struct SilverDays {
  std::span<const std::int64_t> security_id;
  std::span<const std::string_view> ticker;
  std::span<const std::int32_t> date_days;
  std::span<const double> open, high, low, close;
  std::span<const std::int64_t> volume;
  std::span<const double> split_factor, dividend_factor;
};

/// Before silver.bars_1d: columns, timestamps_increasing, prices_positive, ohlc_sane, volume_not_negative,
/// factors_positive, not_in_future: critical; has_session: warning.
[[nodiscard]] Report check_silver_1d(const SilverDays& rows, const Context& context,
                                     const Settings& settings = {});

/// Every expectation of a table's suite, for documentation. Empty for a table without one.
[[nodiscard]] std::vector<Expectation> expectations(std::string_view qualified_table);

}  // namespace goldtape::quality
