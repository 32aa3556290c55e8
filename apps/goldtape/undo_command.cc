#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/ingest/undo.h"
#include "goldtape/provider/files/client.h"
#include "goldtape/provider/venues.h"

namespace goldtape::app {

namespace {

Status take_out(Program& program, const std::string& load_id) {
  GT_ASSIGN(const auto lake, program.open_lake());
  // Raw answers are parsed again, wherever the files came from.
  provider::Registry providers;
  GT_RETURN_IF_ERROR(providers.add(
      std::make_shared<provider::files::FilesProvider>(lake.shared_filesystem(), std::string())));
  GT_RETURN_IF_ERROR(provider::add_venues(providers));
  GT_ASSIGN(const auto report, ingest::undo(lake, providers, load_id));
  std::cout << fmt::format("undone: load {} of {} ({} rows); {}\n", report.load.load_id.substr(0, 12),
                           report.load.source, report.load.rows_fetched,
                           report.changed_bronze
                               ? fmt::format("{} bars are what another load said", report.rows_restored)
                               : "bronze needed no change");
  program.console().say("Run `goldtape run` to bring silver and gold up to date.");
  return {};
}

}  // namespace

void add_undo(Program& program) {
  auto* command = program.add("undo", "Take one load back out of bronze, as if it had never come",
                              "  goldtape audit\n  goldtape undo 3f2a9c01d4e5");
  auto load_id = std::make_shared<std::string>();
  command->add_option("load", *load_id, "The load's id, or the beginning of it (8 characters or more)")
      ->required();
  program.on_run(command, [&program, load_id] { return take_out(program, *load_id); });
}

}  // namespace goldtape::app
