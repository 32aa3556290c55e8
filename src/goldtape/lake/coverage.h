// silver.coverage: what the lake knows of each security and session. Pure, apart from Arrow's form.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/model/interval.h"
#include "goldtape/quality/expectation.h"
#include "goldtape/reference/security_master.h"

namespace goldtape::lake {

/// What silver holds of one security and session for one interval.
struct CoverageCounts {
  std::string ticker;
  std::int32_t traded = 0;
  std::int32_t filled = 0;
  std::int32_t missing = 0;  ///< Minutes without a price, halted ones included.
  std::int32_t holes = 0;
  std::int32_t halted = 0;
  bool operator==(const CoverageCounts&) const = default;
};

struct CoverageKey {
  model::Interval interval = model::Interval::k1m;
  std::int64_t security_id = 0;
  Date date{};
  auto operator<=>(const CoverageKey&) const = default;
};

/// A row of silver.coverage.
struct CoverageRow {
  CoverageKey key;
  std::string state;  ///< complete | early_close | no_trade | halted | vendor_hole | not_listed | delisted |
                      ///< not_asked
  std::int32_t expected = 0;
  CoverageCounts counts;
  bool operator==(const CoverageRow&) const = default;
};

/// Groups that have bars, by key.
using CoverageMap = std::map<CoverageKey, CoverageCounts>;

/// Counts of the rows of one security and session.
[[nodiscard]] CoverageCounts count_session(std::span<const SilverMinute> rows, const std::string& ticker);

/// All rows: for each interval every security x every session between the first and the last that the lake
/// has of the interval, in the order of the table. A session without bars is delisted from delisted_on on,
/// not_listed before a security that is known to have begun (spin-off, reuse of a ticker), else not_asked.
/// A daily bar on a date without a session is counted as complete; a day whose bars were all refused is
/// failed.
[[nodiscard]] std::vector<CoverageRow> coverage_rows(const CoverageMap& known,
                                                     const reference::SecurityMaster& master,
                                                     const calendar::Calendar& calendar);

/// The groups with bars among rows of the table. `halted` is not stored: it is 0, and restored as `missing`
/// where the state is halted. Errors: kDamaged GT5202.
[[nodiscard]] Result<std::vector<CoverageRow>> coverage_from_arrow(const arrow::Table& table);
[[nodiscard]] CoverageMap known_groups(const std::vector<CoverageRow>& rows);
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<CoverageRow>& rows);

/// Minutes per session by ticker, for the quality suites.
[[nodiscard]] quality::LiquidityHistory liquidity_history(const CoverageMap& known,
                                                          const calendar::Calendar& calendar);

}  // namespace goldtape::lake
