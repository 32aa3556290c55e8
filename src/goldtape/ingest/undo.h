// Takes one load back out of bronze.
#pragma once

#include <cstdint>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

struct UndoReport {
  store::LoadAudit load;           ///< As it stands now: status "undone".
  std::int64_t rows_restored = 0;  ///< Bars that another load's word replaces.
  bool changed_bronze = false;
};

/// Leaves bronze and its revisions as if the load had never come. Its raw answer stays, its audit row says
/// `undone`; ingesting the answer again loads it again. Rows it had sent to quarantine leave quarantine.
/// Takes the lake's writer lock.
/// Errors: kNotFound GT5040, kUsage GT5041 (find_load), kUsage GT5042 a load that does not stand, kDamaged
/// GT5020 a raw answer that is needed is damaged; as ingest otherwise.
[[nodiscard]] Result<UndoReport> undo(const lake::Lake& lake, const provider::Registry& providers,
                                      const std::string& load_id);

}  // namespace goldtape::ingest
