// An answer of raw/, as it was when it came.
#pragma once

#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/raw_zone.h"
#include "goldtape/provider/provider.h"

namespace goldtape::ingest {

/// With the load id that it was landed under. Errors: kDamaged a request that cannot be read.
[[nodiscard]] Result<provider::Answer> answer_of(lake::StoredAnswer stored, std::string display_name);

}  // namespace goldtape::ingest
