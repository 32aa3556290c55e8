// The outcomes of one suite over one table, for people and for ops.quality_results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/quality/expectation.h"

namespace goldtape::quality {

struct Report {
  std::string table;  ///< "bronze.bars"
  std::int64_t rows = 0;
  std::vector<Outcome> outcomes;  ///< In the suite's order; every rule that ran, passed or not.

  [[nodiscard]] bool passed() const;                               ///< No rule failed.
  [[nodiscard]] bool critical_passed() const;                      ///< No critical rule failed.
  [[nodiscard]] const Outcome* find(std::string_view rule) const;  ///< nullptr when it did not run.
  /// Adds another report of the same table over other rows: counts add up, row indexes are shifted by
  /// `rows`, offenders stay the first ones.
  void merge(const Report& later);
};

/// "table", then a line a rule: outcome, severity, rule, failed of checked, first offenders below it.
[[nodiscard]] std::string to_text(const Report& report);
/// The offenders of an outcome as a JSON array of {"key","line","value"}.
[[nodiscard]] std::string offenders_json(const Outcome& outcome);
/// One self-contained HTML page over several reports.
[[nodiscard]] std::string to_html(const std::vector<Report>& reports, Timestamp at);

}  // namespace goldtape::quality
