// Lengths of time as people write them.
#pragma once

#include <chrono>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape {

/// A whole number and s, m, h, d or w ("90s", "6h", "30d"), 100 years at most. Errors: GT1013.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace goldtape
