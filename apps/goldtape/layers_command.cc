#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/lake/pipeline.h"
#include "goldtape/quality/gate.h"
#include "goldtape/quality/report.h"
#include "layers_report.h"
#include "quality_settings.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

using Step = std::function<Status(const lake::Lake&, const lake::PipelineOptions&)>;

Status refine_step(const lake::Lake& lake, const lake::PipelineOptions& options) {
  GT_ASSIGN(const auto report, lake::refine(lake, options));
  std::cout << "refine: " << refine_text(report) << '\n';
  for (const auto& warning : report.warnings) std::cout << "  warning: " << warning << '\n';
  return {};
}

Status features_step(const lake::Lake& lake, const lake::PipelineOptions& options) {
  GT_ASSIGN(const auto report, lake::features(lake, options));
  std::cout << "features: " << features_text(report) << '\n';
  return {};
}

Status enforce(const lake::QualityReport& report) {
  for (const auto& table : report.reports) GT_RETURN_IF_ERROR(quality::enforce(table));
  return {};
}

Status quality_step(const lake::Lake& lake, const lake::PipelineOptions& options) {
  GT_ASSIGN(const auto report, lake::check_quality(lake, options));
  print_quality(std::cout, report);
  return enforce(report);
}

/// The same, with the outcomes as a page for people, which is written before the verdict.
Step quality_page_step(std::string page) {
  return [page = std::move(page)](const lake::Lake& lake, const lake::PipelineOptions& options) -> Status {
    GT_ASSIGN(const auto report, lake::check_quality(lake, options));
    print_quality(std::cout, report);
    GT_RETURN_IF_ERROR(io::local_filesystem()->write(
        page, quality::to_html(report.reports, lake.clock().now()), {.overwrite = true, .durable = false}));
    std::cout << "report: " << page << '\n';
    return enforce(report);
  };
}

Status compact_step(const lake::Lake& lake, const lake::PipelineOptions& options) {
  GT_ASSIGN(const auto report, lake::compact(lake, options));
  print_compact(std::cout, report);
  return {};
}

/// Opens the lake and runs the steps one after the other, recorded as one run.
Status run_steps(Program& program, const std::string& command, const std::vector<Step>& steps) {
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto lake, program.open_lake());
  return recorded_run(lake, command, [&](const std::string& run_id) -> Status {
    auto options = pipeline_options(config, run_id);
    options.progress = [&program](const lake::StepProgress& at) {
      program.console().progress(at.step, static_cast<std::uint64_t>(at.done),
                                 static_cast<std::uint64_t>(at.total), "parts");
    };
    for (const auto& step : steps) {
      const auto done = step(lake, options);
      program.console().end_progress();
      if (!done) return done;
    }
    return {};
  });
}

CLI::App* add_step(Program& program, const std::string& name, const std::string& what,
                   const std::string& examples, std::vector<Step> steps) {
  auto* command = program.add(name, what, examples);
  program.on_run(command,
                 [&program, name, steps = std::move(steps)] { return run_steps(program, name, steps); });
  return command;
}

void add_quality(Program& program) {
  auto* command =
      program.add("quality", "Check bronze and silver as they stand; exit code 3 when a critical rule fails",
                  "  goldtape quality\n  goldtape quality --report quality.html\n"
                  "  goldtape query \"select * from ops.quality_results order by at desc limit 20\"");
  auto page = std::make_shared<std::string>();
  command->add_option("--report", *page, "Write the outcomes as a self-contained HTML page to this file");
  program.on_run(command, [&program, page] {
    return run_steps(program, "quality", {page->empty() ? Step{quality_step} : quality_page_step(*page)});
  });
}

}  // namespace

void add_layers(Program& program) {
  auto* refine = add_step(program, "refine",
                          "Bronze to silver: the session grid, identities, adjustment factors, coverage",
                          "  goldtape refine        # only what changed since the last time", {refine_step});
  add_on_critical(program, refine);
  add_step(program, "features", "Silver to gold: features and marts",
           "  goldtape features      # only from the first changed bar of a security on", {features_step});
  add_quality(program);
  auto* run = add_step(program, "run", "All steps after ingest: refine, quality, features",
                       "  goldtape ingest files --path bars/ --interval 1m && goldtape run",
                       {refine_step, quality_step, features_step});
  add_on_critical(program, run);
  add_step(program, "compact", "Rewrite small files into few sorted ones; rows stay as they are",
           "  goldtape compact", {compact_step});
}

}  // namespace goldtape::app
