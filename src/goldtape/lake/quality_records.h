// Quality reports as rows of ops.quality_results.
#pragma once

#include <string_view>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/quality/report.h"
#include "goldtape/store/quality_result.h"

namespace goldtape::lake {

/// One row a rule; snapshot and load ids are left open.
[[nodiscard]] std::vector<store::QualityResult> quality_records(const std::vector<quality::Report>& reports,
                                                                std::string_view run_id, Timestamp at);

}  // namespace goldtape::lake
