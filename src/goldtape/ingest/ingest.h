// From answers to bronze: fetch, land raw, parse, gate, merge, commit with the audit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/plan.h"
#include "goldtape/ingest/progress.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"
#include "goldtape/quality/gate.h"
#include "goldtape/quality/suite.h"

namespace goldtape::ingest {

struct IngestOptions {
  std::string run_id;                            ///< Of ops.runs; empty: a new one.
  const calendar::Calendar* calendar = nullptr;  ///< Required.
  quality::Settings quality = {};
  quality::OnCritical on_critical = quality::OnCritical::kStop;
  const quality::LiquidityHistory* history = nullptr;  ///< For the gate's row counts; may be absent.
  ProgressCallback progress = {};
  CancelToken cancelled = {};
  /// A commit is made when so many rows have been gathered: bounds memory, and what a crash loses.
  std::int64_t max_rows_per_commit = 200'000;
};

/// What became of one answer.
struct LoadOutcome {
  std::string load_id;  ///< Empty when it could not be fetched.
  std::string name;     ///< Path or URL.
  std::string status;   ///< loaded | unchanged | already_loaded | refused | failed | cancelled
  std::int64_t rows_fetched = 0;
  std::int64_t rows_inserted = 0;
  std::int64_t rows_updated = 0;
  std::int64_t rows_unchanged = 0;
  std::int64_t duplicates_removed = 0;
  std::int64_t rows_quarantined = 0;
  std::optional<Error> error;         ///< Why it was refused or failed.
  std::vector<std::string> warnings;  ///< Rules that failed as warnings, rows sent to quarantine.
};

struct IngestReport {
  std::string run_id;
  std::vector<LoadOutcome> loads;  ///< In the plan's order.
  std::int64_t commits = 0;        ///< Transactions that changed bronze or quarantine.
  std::uint64_t bytes = 0;         ///< Of answers that were read.
  bool cancelled = false;          ///< The plan was not done to its end.

  /// Counts of all loads of this run added up; status, name and the like are empty.
  [[nodiscard]] LoadOutcome totals() const;
  /// The error that decides the exit code: damage, then a refusal of a gate, then what is unavailable, then
  /// the rest; absent when every load went well.
  [[nodiscard]] std::optional<Error> worst() const;
};

/// Runs a plan. Every load is found by its id: what is in the lake already is left alone, what was cut short,
/// refused or failed is tried again. A load that is refused or damaged does not stop the others. For each
/// load that stands, rows_fetched = rows_inserted + rows_updated + rows_unchanged + duplicates_removed +
/// rows_quarantined, where unchanged includes older evidence about a bar that a newer one speaks for.
///
/// Takes the lake's writer lock. Errors (the lake is as after the last commit): kConflict GT5010, GT4010;
/// kIo GT5005 read-only, GT5030 no room, GT7003 disk full; kDamaged GT5020 a raw answer that has to be read
/// again is damaged; those of store and table. What goes wrong with single answers is in the report.
[[nodiscard]] Result<IngestReport> ingest(const lake::Lake& lake, const provider::Registry& providers,
                                          const Plan& plan, const IngestOptions& options);

}  // namespace goldtape::ingest
