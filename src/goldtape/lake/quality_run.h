// The suites over bronze and silver as they stand.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/quality/report.h"

namespace goldtape::lake {

struct QualityReport {
  bool recorded = false;  ///< False: the same outcomes stand in ops.quality_results already.
  std::vector<quality::Report>
      reports;  ///< bronze.bars, bronze.corporate_actions, silver.bars_1m, silver.bars_1d.
  std::chrono::milliseconds elapsed{0};

  [[nodiscard]] bool passed() const;           ///< Not even a warning.
  [[nodiscard]] bool critical_passed() const;  ///< Nothing that would stop a promotion.
};

/// Checks every row, a day of minutes or a year of longer bars at a time, and records the outcomes in
/// ops.quality_results, once for each state of the tables and the settings. A failed rule is an outcome, not
/// an error. Takes the writer lock to record; a lake opened for reading only is checked without being written
/// to. Errors: kConflict GT5010; kDamaged GT4025, GT5202; the store's.
[[nodiscard]] Result<QualityReport> check_quality(const Lake& lake, const PipelineOptions& options);

/// The same suites over the rows of some dates of some tables (ex-dates of corporate actions: there all rows
/// are checked); a day of minutes or a year of longer bars is checked as a whole. Records nothing, takes no
/// lock.
[[nodiscard]] Result<std::vector<quality::Report>> check_rows(
    const Lake& lake, const PipelineOptions& options, const std::map<std::string, std::set<Date>>& dates);

}  // namespace goldtape::lake
