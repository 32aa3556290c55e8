// What a layer expects of its rows, and what came of checking it. Pure: no I/O, no clock of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::calendar {
class Calendar;
}

namespace goldtape::quality {

/// A critical failure stops promotion (or sends its rows to quarantine, gate.h); a warning is recorded.
enum class Severity : std::uint8_t { kCritical, kWarning };
[[nodiscard]] std::string_view to_string(Severity severity);  ///< critical | warning
[[nodiscard]] Result<Severity> parse_severity(std::string_view text);

/// What a failure condemns: the rows that broke the rule, or the data as a whole.
enum class Scope : std::uint8_t { kRow, kTable };
[[nodiscard]] std::string_view to_string(Scope scope);  ///< row | table

struct Expectation {
  std::string rule;  ///< Stable name: "ohlc_sane". Names in config, ops.quality_results and quarantine.
  Severity severity = Severity::kCritical;
  Scope scope = Scope::kRow;
  std::string description;  ///< What must hold, one clause: "low <= open, close <= high".
};

/// One of the first places where a rule was broken.
struct Offender {
  std::string key;         ///< "AAPL 2019-02-11T14:30:00Z".
  std::uint32_t line = 0;  ///< Line or element of the answer; 0 where there is none.
  std::string value;       ///< "low 171.2 > close 170.9".
  std::size_t row = 0;     ///< Index in the data that was checked.
};

/// Offenders kept with their words; all failing rows are kept by index.
inline constexpr std::size_t kMaxOffenders = 5;

struct Outcome {
  Expectation expectation;
  std::int64_t checked = 0;  ///< Rows (or groups, for kTable) looked at.
  std::int64_t failed = 0;
  std::vector<Offender> offenders = {};         ///< The first kMaxOffenders in row order.
  std::vector<std::uint32_t> failed_rows = {};  ///< kRow only: every failing row, ascending, distinct.

  [[nodiscard]] bool passed() const { return failed == 0; }
  /// Counts a failure; `row` is kept for kRow. Call in ascending row order.
  void fail(std::size_t row, std::string key, std::uint32_t line, std::string value);
};

/// Numbers the rules work with, from `[quality]` of the configuration.
struct Thresholds {
  /// Relative slack of low <= open, close <= high: vendors that widen float32 miss by 1e-7.
  double ohlc_tolerance = 1e-6;
  /// A session's bars below this share of the ticker's own trailing median are reported.
  double row_count_min_share = 0.5;
  /// Sessions that the trailing median looks back on, and how many it needs to say anything.
  int row_count_sessions = 20;
  int row_count_min_sessions = 3;
  /// A ticker is liquid in a session when it has at least this share of the session's minutes.
  double liquid_min_share = 0.98;
  /// A minute that at least so many liquid tickers, and this share of them, lack at once is a vendor hole.
  int hole_min_tickers = 5;
  double hole_min_share = 0.2;
  /// How far an instant may lie after the clock before it counts as future.
  std::int64_t clock_skew_s = 60;
};

/// A ticker's bars in one earlier session.
struct SessionCount {
  Date date{};
  std::int32_t bars = 0;
  std::int32_t session_minutes = 0;
};
/// Earlier regular-session counts by ticker, dates ascending.
using LiquidityHistory = std::map<std::string, std::vector<SessionCount>, std::less<>>;

/// What checks may know besides the data. Pointers are borrowed for the call.
struct Context {
  Timestamp now{};                               ///< Of the caller's clock.
  const calendar::Calendar* calendar = nullptr;  ///< Required.
  const LiquidityHistory* history = nullptr;     ///< nullptr: the data's own earlier sessions only.
  Thresholds thresholds = {};
};

}  // namespace goldtape::quality
