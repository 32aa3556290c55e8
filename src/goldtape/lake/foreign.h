// Commits that other programs (Spark, Trino, PyIceberg, ...) made to the lake's tables past our gates: found
// at the next run, recorded, and gated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/quality/report.h"

namespace goldtape::lake {

/// The source of their rows in ops.load_audit.
inline constexpr const char* kForeignSource = "foreign";

/// A snapshot in a table's present history that no goldtape made.
struct ForeignCommit {
  std::string table;  ///< "bronze.bars"
  std::int64_t snapshot_id = 0;
  std::optional<std::int64_t> parent_id;
  Timestamp at{};
  std::string operation;  ///< append | overwrite | delete | replace
  std::string by;         ///< What the program says it is, else "another program".
  std::int64_t rows_added = 0;
  std::int64_t rows_deleted = 0;
};

struct ForeignReport {
  std::vector<ForeignCommit> commits;    ///< New ones, and those refused before that are still there.
  std::vector<quality::Report> reports;  ///< The suites over the dates that they changed.
  std::optional<Error> failure;          ///< kGateFailed GT4210: what they left does not pass.
};

/// Finds them, runs the suites of bronze and silver over the rows of the dates concerned, and records each as
/// a row of ops.load_audit: status loaded, or refused when a critical rule failed; outcomes go to
/// ops.quality_results. A refused one is looked at again at every run until its rows pass or it is rolled
/// back. Nothing is written when there is nothing new. Errors: those of check_rows; the store's.
[[nodiscard]] Result<ForeignReport> examine_foreign_commits(const Lake& lake, const PipelineOptions& options);

/// examine_foreign_commits, and its failure as an error. For the steps that promote.
[[nodiscard]] Status gate_foreign_commits(const Lake& lake, const PipelineOptions& options);

}  // namespace goldtape::lake
