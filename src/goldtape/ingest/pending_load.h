// A load that was landed and judged, and waits for its commit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "goldtape/ingest/quarantine.h"
#include "goldtape/lake/bar_load.h"
#include "goldtape/lake/record_merge.h"
#include "goldtape/store/load_audit.h"
#include "goldtape/store/quality_result.h"

namespace goldtape::ingest {

struct PendingLoad {
  std::size_t outcome = 0;  ///< Index in IngestReport::loads.
  store::LoadAudit audit;   ///< Counts of the merge and the snapshot are filled in by the commit.
  /// Nothing for a load that is refused or failed: only its audit is written.
  std::variant<std::monostate, lake::BarLoad, lake::ActionLoad, lake::RecordLoad> rows;
  std::vector<QuarantineRow> quarantine;
  bool replaces_quarantine = false;  ///< Rows of an earlier try are there and make way.
  std::vector<store::QualityResult> quality;
};

}  // namespace goldtape::ingest
