// One commit of several loads: bronze, quarantine, audit and quality results, all or nothing.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/load_reader.h"
#include "goldtape/ingest/pending_load.h"
#include "goldtape/lake/lake.h"

namespace goldtape::ingest {

/// Fills in counts, status, finished_at and snapshot_id of the loads' audit rows. True when a table changed.
///
/// Requires: the writer lock; all loads with rows are of one source, dataset and interval.
/// Errors: kConflict GT4010 after several tries against another program; those of merge and commit. The lake
/// is as before then, and no file is left unless the outcome is unknown (GT4016).
[[nodiscard]] Result<bool> commit_loads(const lake::Lake& lake, const LoadReader& reader,
                                        const std::string& run_id, std::vector<PendingLoad>& loads);

}  // namespace goldtape::ingest
