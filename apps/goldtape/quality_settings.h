// Settings of [quality] and [lake] as the library takes them.
#pragma once

#include "command.h"
#include "goldtape/base/config.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/quality/gate.h"
#include "goldtape/quality/suite.h"

namespace goldtape::app {

[[nodiscard]] quality::Settings quality_settings(const Config& config);
[[nodiscard]] quality::OnCritical on_critical(const Config& config);

/// Gives `command` the flag --on-critical, which overrides the setting quality.on_critical.
void add_on_critical(Program& program, CLI::App* command);

/// For refine, features, quality and run; `run_id` names the run in ops.quality_results.
[[nodiscard]] lake::PipelineOptions pipeline_options(const Config& config, std::string run_id);

}  // namespace goldtape::app
