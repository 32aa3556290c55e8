#include "quality_settings.h"

#include <utility>

#include "goldtape/calendar/calendar.h"

namespace goldtape::app {

quality::Settings quality_settings(const Config& config) {
  quality::Settings settings;
  auto& thresholds = settings.thresholds;
  thresholds.ohlc_tolerance = config.number("quality.ohlc_tolerance");
  thresholds.row_count_min_share = config.number("quality.row_count_min_share");
  thresholds.row_count_sessions = static_cast<int>(config.integer("quality.row_count_sessions"));
  thresholds.row_count_min_sessions = static_cast<int>(config.integer("quality.row_count_min_sessions"));
  thresholds.liquid_min_share = config.number("quality.liquid_min_share");
  thresholds.hole_min_tickers = static_cast<int>(config.integer("quality.hole_min_tickers"));
  thresholds.hole_min_share = config.number("quality.hole_min_share");
  thresholds.clock_skew_s = config.integer("quality.clock_skew_s");
  for (const auto& rule : config.list("quality.critical"))
    settings.severities[rule] = quality::Severity::kCritical;
  for (const auto& rule : config.list("quality.warning"))
    settings.severities[rule] = quality::Severity::kWarning;
  return settings;
}

quality::OnCritical on_critical(const Config& config) {
  // The setting takes no other words.
  return config.text("quality.on_critical") == "stop" ? quality::OnCritical::kStop
                                                      : quality::OnCritical::kQuarantine;
}

void add_on_critical(Program& program, CLI::App* command) {
  command
      ->add_option_function<std::string>(
          "--on-critical",
          [&program](const std::string& action) { program.override_setting("quality.on_critical", action); },
          "What a failed critical rule about single rows does: stop refuses all, quarantine sets those rows "
          "aside")
      ->check(CLI::IsMember({"stop", "quarantine"}));
}

lake::PipelineOptions pipeline_options(const Config& config, std::string run_id) {
  return {.run_id = std::move(run_id),
          .calendar = &calendar::xnys(),
          .preferred_sources = config.list("lake.preferred_sources"),
          .quality = quality_settings(config),
          .on_critical = on_critical(config)};
}

}  // namespace goldtape::app
