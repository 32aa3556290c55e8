// Which loads of actions and records stand, and what became of their rows, when the audit that said so is
// lost.
#pragma once

#include <cstddef>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/load_reader.h"
#include "goldtape/lake/lake.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

/// Completes the audit rows of loads that stand, as if they had come in the order of observation, and says
/// which do (numbers in `loads`). Their answers are read again, those of one stretch of days at a time.
/// Requires: rows described (load_description.h), none of bars; `rows_quarantined` counted. Errors: the
/// table's, io's, GT5020.
[[nodiscard]] Result<std::vector<std::size_t>> recount(const lake::Lake& lake, const LoadReader& reader,
                                                       std::vector<store::LoadAudit>& loads);

}  // namespace goldtape::ingest
