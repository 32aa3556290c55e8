#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "goldtape/ingest/rebuild_audit.h"
#include "goldtape/lake/recover.h"
#include "goldtape/provider/files/client.h"
#include "goldtape/provider/venues.h"

namespace goldtape::app {

namespace {

struct RecoverArguments {
  bool rebuild = false;
  bool json = false;
};

void print_json(const lake::RecoverReport& report, const ingest::RebuiltAudit& audit) {
  auto tables = nlohmann::json::array();
  for (const auto& table : report.tables) {
    tables.push_back(
        {{"table", table.table},
         {"metadata", table.metadata_location},
         {"snapshot_id", table.snapshot_id ? nlohmann::json(*table.snapshot_id) : nlohmann::json()},
         {"set_aside", table.set_aside}});
  }
  std::cout
      << nlohmann::json{{"catalog", report.catalog},           {"database_rebuilt", report.database_rebuilt},
                        {"old_database", report.old_database}, {"tables", tables},
                        {"tables_whole", report.tables_whole}, {"lost", report.lost},
                        {"loads_known", audit.known},          {"loads_rebuilt", audit.rebuilt},
                        {"answers_unnamed", audit.unnamed},    {"answers_damaged", audit.damaged}}
             .dump(2)
      << '\n';
}

void print_text(const lake::RecoverReport& report, const ingest::RebuiltAudit& audit) {
  for (const auto& table : report.tables) {
    std::cout << fmt::format("{} is at {}\n", table.table, table.metadata_location);
    for (const auto& aside : table.set_aside) std::cout << "  not taken: " << aside << '\n';
  }
  for (const auto& lost : report.lost) std::cout << "LOST " << lost << '\n';
  for (const auto& damaged : audit.damaged) std::cout << "damaged answer " << damaged << '\n';
  if (report.database_rebuilt && !report.old_database.empty())
    std::cout << "the old database is kept as " << report.old_database << '\n';
  if (report.catalog.empty()) {
    std::cout << fmt::format("{}: {} tables set, {} were right; ",
                             report.database_rebuilt ? "catalog rebuilt" : "catalog checked",
                             report.tables.size(), report.tables_whole);
  } else {
    std::cout << fmt::format(
        "{}; the tables are as {} says; ",
        report.database_rebuilt ? "operations database rebuilt" : "operations database checked",
        report.catalog);
  }
  std::cout << fmt::format("{} loads rebuilt, {} were known\n", audit.rebuilt, audit.known);
  if (!audit.unnamed.empty()) {
    std::cout << fmt::format(
        "{} raw answers are named by no table: refused, without news, undone or never committed. Ingest "
        "their files again to have them judged again; what a venue said is asked for again by the next "
        "backfill or update\n",
        audit.unnamed.size());
  }
}

Status run_recover(Program& program, const RecoverArguments& arguments) {
  program.override_setting("s3.cache_size", "0");  // Only what lies there counts.
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(auto options, program.lake_options(config));
  GT_ASSIGN(const auto report,
            lake::recover(program.globals().lake, {.lake = options, .rebuild = arguments.rebuild}));
  // What was lost for good is made anew, empty.
  GT_RETURN_IF_ERROR(lake::Lake::create(program.globals().lake, options));
  GT_ASSIGN(const auto lake, program.open_lake());
  provider::Registry providers;
  GT_RETURN_IF_ERROR(providers.add(
      std::make_shared<provider::files::FilesProvider>(lake.shared_filesystem(), std::string())));
  GT_RETURN_IF_ERROR(provider::add_venues(providers));
  GT_ASSIGN(const auto audit, ingest::rebuild_audit(lake, providers));
  arguments.json ? print_json(report, audit) : print_text(report, audit);
  program.console().say("Run `goldtape fsck --deep`, then `goldtape run`.");
  if (report.lost.empty() && audit.damaged.empty()) return {};
  return fail(ErrorKind::kDamaged, 5113, "not everything could be recovered; what was lost is listed above",
              lake.root());
}

}  // namespace

void add_recover(Program& program) {
  auto* command = program.add(
      "recover", "Rebuild a lost or damaged catalog database from the tables' files and the raw answers",
      "  goldtape recover               # mends what is broken; a sound database stays\n"
      "  goldtape recover --rebuild     # makes the database anew; the old one is kept beside it\n"
      "\nEach table gets its newest metadata file that is whole. The load audit comes back from raw/ and "
      "the\n"
      "tables; quality results and the history of runs do not. Exit code 6 when a table was lost.\n\n"
      "With catalog.uri on PostgreSQL, name an empty database in place of the lost one; with a REST catalog\n"
      "the pointers are its own, and the operations database is what comes back.");
  auto arguments = std::make_shared<RecoverArguments>();
  command->add_flag("--rebuild", arguments->rebuild, "Make the database anew though it can be opened");
  command->add_flag("--json", arguments->json, "As JSON");
  program.on_run(command, [&program, arguments] { return run_recover(program, *arguments); });
}

}  // namespace goldtape::app
