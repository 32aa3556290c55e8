// The steps after ingest, one by one or all at once, as the command line calls them.
#pragma once

#include <chrono>
#include <optional>

#include "goldtape/base/result.h"
#include "goldtape/lake/compact.h"
#include "goldtape/lake/features.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/lake/quality_run.h"
#include "goldtape/lake/refine.h"

namespace goldtape::lake {

struct PipelineReport {
  RefineReport refine;
  FeaturesReport features;
  std::chrono::milliseconds elapsed{0};
  [[nodiscard]] bool up_to_date() const { return refine.up_to_date && features.up_to_date; }
};

/// refine, then features. A step that fails ends the run; what was committed before stays.
[[nodiscard]] Result<PipelineReport> run_pipeline(const Lake& lake, const PipelineOptions& options);

}  // namespace goldtape::lake
