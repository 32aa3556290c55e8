// What the steps after ingest have to say, in a line or a few; the demo uses it too.
#pragma once

#include <iosfwd>
#include <string>

#include "goldtape/lake/pipeline.h"

namespace goldtape::app {

[[nodiscard]] std::string refine_text(const lake::RefineReport& report);
[[nodiscard]] std::string features_text(const lake::FeaturesReport& report);
/// "4 tables, 38 rules: 36 passed, 2 warned, 0 failed".
[[nodiscard]] std::string quality_text(const lake::QualityReport& report);
/// Every table and rule, with the first offenders of what failed.
void print_quality(std::ostream& out, const lake::QualityReport& report);
void print_compact(std::ostream& out, const lake::CompactReport& report);

}  // namespace goldtape::app
