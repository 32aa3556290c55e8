// Bronze to silver: minutes on their session grid, days with their factors, identities and actions, coverage.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/quality/report.h"

namespace goldtape::lake {

/// Keys of a silver or reference snapshot's summary: what it was refined from.
namespace refine_key {
inline constexpr const char* kBarsSnapshot = "goldtape.bronze-bars-snapshot";
inline constexpr const char* kActionsSnapshot = "goldtape.bronze-actions-snapshot";
inline constexpr const char* kRunId = "goldtape.run-id";
}  // namespace refine_key

struct RefineReport {
  bool up_to_date = false;  ///< Bronze was as the last refine had left it: nothing was read.
  std::map<std::string, std::int64_t> snapshots;  ///< New ones, by table.
  std::int64_t minute_groups = 0;                 ///< (security, session)s refined again.
  std::int64_t day_groups = 0;
  std::int64_t rows_written = 0;  ///< In files written: rows that stayed as they were included.
  std::int64_t securities = 0;    ///< Known in all.
  std::int64_t new_securities = 0;
  std::int64_t rows_quarantined = 0;
  std::int64_t actions_unresolved = 0;  ///< Of tickers that the lake has no bars of.
  std::vector<std::string> warnings;
  std::vector<quality::Report> quality;
  std::chrono::milliseconds elapsed{0};
};

/// Brings silver.*, reference.{securities, ticker_history, corporate_actions} and the refusals in
/// quarantine.rows up to bronze, in one commit with ops.quality_results. Only (security, date)s whose bronze
/// rows changed are refined again, those of a security whose splits changed, and the factors of a security
/// whose actions or closes changed; rows that come out equal make no snapshot. What was refined when (and
/// with which settings) stands in the database; after a rollback, or with other settings, all is refined
/// again and compared.
///
/// Takes the lake's writer lock. Errors: kGateFailed GT300x (nothing is changed but ops.quality_results);
/// kConflict GT5010, GT4010; kIo GT5005; kDamaged GT4025, GT5201, GT5202; those of store and table.
[[nodiscard]] Result<RefineReport> refine(const Lake& lake, const PipelineOptions& options);

}  // namespace goldtape::lake
