// Settings of [quality] and [lake] as the library takes them.
#pragma once

#include "goldtape/base/config.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/quality/suite.h"

namespace goldtape::app {

[[nodiscard]] quality::Settings quality_settings(const Config& config);

/// For refine, features, quality and run; `run_id` names the run in ops.quality_results.
[[nodiscard]] lake::PipelineOptions pipeline_options(const Config& config, std::string run_id);

}  // namespace goldtape::app
