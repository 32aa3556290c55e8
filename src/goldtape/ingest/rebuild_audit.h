// The load audit, made again from the raw answers and from what the tables say of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"

namespace goldtape::ingest {

struct RebuiltAudit {
  std::int64_t known = 0;  ///< Answers that the audit has already.
  /// Loads whose rows are in bronze, or were until others replaced them, and those that held no row.
  std::int64_t rebuilt = 0;
  /// Answers that no table speaks of: refused, undone, never committed, or bars that said nothing new. A file
  /// is ingested again, a venue is asked again.
  std::vector<std::string> unnamed;
  std::vector<std::string> damaged;  ///< "FILE: why".
};

/// Adds an audit row for every raw answer that bronze, its revisions or the quarantine name and the audit
/// does not know. What a row says comes from the answer's own trailer (request, time, hash), from parsing it
/// again (rows, range) and from counting (inserted, updated, quarantined; of actions and records as if they
/// had come in the order of observation); the run is "recovered". Not known any more: times of the run,
/// attempts, HTTP status, the snapshot of a load that came with more than twenty. Takes the writer lock.
/// Errors: GT5010, the store's, io's, the table's.
[[nodiscard]] Result<RebuiltAudit> rebuild_audit(const lake::Lake& lake, const provider::Registry& providers);

}  // namespace goldtape::ingest
