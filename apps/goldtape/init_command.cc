#include <iostream>

#include <fmt/format.h>

#include "command.h"

namespace goldtape::app {

namespace {

Status init(Program& program) {
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto options, Program::lake_options(config));
  GT_ASSIGN(const auto report, lake::Lake::create(program.globals().lake, options));
  if (!report.lake_created && report.tables_created.empty() && !report.calendar_filled) {
    std::cout << fmt::format("{} is a lake already; nothing changed\n", report.root);
    return {};
  }
  std::cout << fmt::format("{} {}\n", report.lake_created ? "made the lake" : "completed the lake",
                           report.root);
  std::cout << fmt::format("  {} tables: {}\n", report.tables_created.size(),
                           fmt::join(report.tables_created, ", "));
  program.console().say(
      fmt::format("Next: goldtape --lake {} ingest files --path YOUR_FILES --interval 1m --dry-run",
                  program.globals().lake));
  return {};
}

}  // namespace

void add_init(Program& program) {
  auto* command = program.add("init", "Make a new lake (or complete one): folder, settings, catalog, tables",
                              "  goldtape --lake my-lake init\n  GOLDTAPE_LAKE=my-lake goldtape init");
  program.on_run(command, [&program] { return init(program); });
}

}  // namespace goldtape::app
