// Rebuilds bronze in another lake from raw answers alone.
#pragma once

#include <cstdint>
#include <functional>

#include "goldtape/base/result.h"
#include "goldtape/ingest/ingest.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"

namespace goldtape::ingest {

struct ReplayReport {
  IngestReport loads;
  std::int64_t answers = 0;  ///< Raw files read.
  std::int64_t left_out =
      0;  ///< Of loads that `from` took back out, or in which the venue said it has nothing.
};

/// Takes every answer of `from`'s raw/ into `into`, which keeps a copy of them; what bronze holds is the fold
/// of all answers, so it comes out as it was, the times of ingestion aside. The audit of `from` is asked for
/// one thing only: which loads were undone.
///
/// Takes `into`'s writer lock. Errors: as `ingest`.
[[nodiscard]] Result<ReplayReport> replay(const lake::Lake& from, const lake::Lake& into,
                                          const provider::Registry& providers, const IngestOptions& options);

}  // namespace goldtape::ingest
