#include <csignal>
#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/replay.h"
#include "goldtape/provider/files/client.h"
#include "goldtape/provider/venues.h"
#include "ingest_report.h"
#include "quality_settings.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

Status run_replay(Program& program, const std::string& into_path, bool json) {
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto from, program.open_lake());
  GT_ASSIGN(auto lake_options, program.lake_options(config));
  lake_options.warehouse.clear();  // The new lake is a folder, wherever the first one's data lie.
  GT_ASSIGN([[maybe_unused]] const auto created, lake::Lake::create(into_path, lake_options));
  GT_ASSIGN(const auto into, lake::Lake::open(into_path, lake_options));
  if (into.root() == from.root()) {
    return fail(ErrorKind::kUsage, 6107, "a lake cannot be replayed into itself: name another folder",
                into.root());
  }
  provider::Registry providers;
  GT_RETURN_IF_ERROR(
      providers.add(std::make_shared<provider::files::FilesProvider>(from.shared_filesystem(), "")));
  GT_RETURN_IF_ERROR(provider::add_venues(providers));
  return recorded_run(into, "replay-raw", [&](const std::string& run_id) -> Status {
    const ingest::IngestOptions options{.run_id = run_id,
                                        .calendar = &calendar::xnys(),
                                        .quality = quality_settings(config),
                                        .on_critical = on_critical(config),
                                        .progress =
                                            [&program](const ingest::Progress& at) {
                                              program.console().progress(
                                                  "replay", static_cast<std::uint64_t>(at.files_done),
                                                  static_cast<std::uint64_t>(at.files_total), "answers");
                                            },
                                        .cancelled = {},
                                        .max_rows_per_commit = config.integer("collect.rows_per_commit")};
    GT_ASSIGN(const auto report, ingest::replay(from, into, providers, options));
    program.console().end_progress();
    if (json) {
      std::cout << to_json(report.loads);
    } else {
      std::cout << fmt::format("{} raw answers, {} left out (undone, or nothing of that name)\n",
                               report.answers, report.left_out);
      print_report(std::cout, report.loads);
    }
    // What was refused or damaged in the first lake is so here too.
    return {};
  });
}

}  // namespace

void add_replay(Program& program) {
  auto* command = program.add("replay-raw", "Rebuild bronze in another lake from the raw answers alone",
                              "  goldtape --lake lake replay-raw --into rebuilt");
  auto into = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("--into", *into, "Folder of the new lake (made when it is not there)")->required();
  command->add_flag("--json", *json, "The report as JSON");
  program.on_run(command, [&program, into, json] { return run_replay(program, *into, *json); });
}

}  // namespace goldtape::app
