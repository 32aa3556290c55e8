// What the parts of refine share. Not public.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "goldtape/lake/bronze_reader.h"
#include "goldtape/lake/coverage.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/lake/reference_rows.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/quality/report.h"
#include "goldtape/reference/adjustment.h"

namespace goldtape::lake::internal {

/// Read by all parts; pointers are borrowed.
struct RefineInputs {
  const PipelineOptions* options = nullptr;
  Timestamp now{};
  BronzeSource bronze;
  const reference::SecurityMaster* master = nullptr;
  /// Splits of each security, all that are known: for undoing split-adjusted prices.
  std::map<std::int64_t, reference::FactorSchedule> splits;
  std::vector<SecurityAction> actions;  ///< Sorted by security_id; factors not filled in.

  [[nodiscard]] const reference::FactorSchedule* splits_of(std::int64_t security_id) const {
    auto found = splits.find(security_id);
    return found == splits.end() ? nullptr : &found->second;
  }
  [[nodiscard]] quality::Context quality_context(const quality::LiquidityHistory* history) const {
    return {.now = now,
            .calendar = options->calendar,
            .history = history,
            .thresholds = options->quality.thresholds};
  }
};

/// A bar refused on the way to a silver table.
struct SilverRefusal {
  std::string layer;  ///< "silver.bars_1m"
  model::Interval interval = model::Interval::k1m;
  RefusedBar refused;
};

/// Filled in by the parts.
struct RefineOutputs {
  CoverageMap coverage;  ///< In: the groups known before. Out: those that silver has now.
  std::vector<SilverRefusal> refusals;
  std::vector<quality::Report> reports;
  std::vector<TableChange> changes;
  std::int64_t rows_written = 0;
};

/// Refines the minutes of `groups` again and writes the months they lie in. Other rows of those months stay,
/// but for the hole flags of the same sessions. Errors: kGateFailed GT300x; those of table.
Status refine_minutes(const RefineInputs& in, const table::Table& silver, const std::set<SilverKey>& groups,
                      RefineOutputs& out);

/// Refines the days of `groups` again and adjusts all days of `securities` (those of `groups` included) by
/// `in.actions`, whose factors it fills in; writes the years in which rows differ.
Status refine_days(RefineInputs& in, const table::Table& silver, const std::set<SilverKey>& groups,
                   const std::set<std::int64_t>& securities, RefineOutputs& out);

/// The gate over silver rows: a Status that stops, or the numbers of refused rows.
[[nodiscard]] Result<std::vector<quality::RefusedRow>> pass_gate(const RefineInputs& in,
                                                                 quality::Report report, RefineOutputs& out);

/// Rows to be taken out of quarantine.rows (refusals of these groups by an earlier refine) and put in.
/// Absent when nothing changes.
[[nodiscard]] Result<std::optional<TableChange>> plan_silver_quarantine(
    const RefineInputs& in, const table::Table& quarantine, const std::set<CoverageKey>& groups,
    const std::vector<SilverRefusal>& refusals, const Names& loads);

}  // namespace goldtape::lake::internal
