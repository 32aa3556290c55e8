// Silver to gold: features of minutes and days, and the marts.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"

namespace goldtape::lake {

/// Key of a gold snapshot's summary: what it was computed from.
inline constexpr const char* kSilverSnapshotKey = "goldtape.silver-snapshot";

struct FeaturesReport {
  bool up_to_date = false;                        ///< Silver was as the last run had left it.
  std::map<std::string, std::int64_t> snapshots;  ///< New ones, by table.
  std::int64_t securities_computed = 0;  ///< (security, interval)s whose features were computed again.
  std::int64_t bars_read = 0;            ///< History that was only replayed included.
  std::int64_t rows_written = 0;         ///< In files written: rows that stayed as they were included.
  std::chrono::milliseconds elapsed{0};
};

/// Brings gold.* up to silver in one commit. For a security whose silver rows changed, features are computed
/// from its first bar on and the months (years) from the first changed date on are written; the others' rows
/// are copied. Rows that come out equal make no snapshot. Holds one month (year) in memory at a time, and the
/// state of each changed security.
///
/// Takes the lake's writer lock. Errors: kConflict GT5010, GT4010; kIo GT5005; kDamaged GT4025, GT5202; those
/// of store and table.
[[nodiscard]] Result<FeaturesReport> features(const Lake& lake, const PipelineOptions& options);

}  // namespace goldtape::lake
