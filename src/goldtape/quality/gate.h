// The gate between layers: lets data pass, stops it, or says which rows belong in quarantine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/quality/report.h"

namespace goldtape::quality {

/// What a critical row-scope failure does. A critical table-scope failure always stops.
enum class OnCritical : std::uint8_t {
  kStop,        ///< Nothing of the data passes (default).
  kQuarantine,  ///< The failing rows go to quarantine, the others pass.
};
[[nodiscard]] Result<OnCritical> parse_on_critical(std::string_view text);  ///< stop | quarantine

/// A row that a critical rule refused.
struct RefusedRow {
  std::uint32_t row = 0;  ///< Index in the data that was checked.
  std::string rule;       ///< The first rule, in the suite's order, that it broke.
  std::string reason;     ///< In words; with the value where the outcome kept it.
};

struct Decision {
  bool pass = true;                 ///< False: promote nothing; `failure` says why.
  std::vector<RefusedRow> refused;  ///< Ascending by row; filled whether or not it passes.
  Error failure = {};               ///< kGateFailed; only when !pass.
};

/// Errors in Decision::failure: GT3001 a row rule failed, GT3002 a table rule failed. The message names the
/// table, the rule, the count and the first offenders: "bronze.bars: ohlc_sane failed for 2 of 390 rows
/// (low <= open, close <= high): AAPL 2019-02-11T14:30:00Z line 7: low 171.2 > close 170.9".
[[nodiscard]] Decision decide(const Report& report, OnCritical on_critical = OnCritical::kStop);

/// decide() as a Status, for callers that only stop.
[[nodiscard]] Status enforce(const Report& report);

}  // namespace goldtape::quality
