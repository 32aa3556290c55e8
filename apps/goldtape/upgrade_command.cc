#include "upgrade_command.h"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/lake/upgrade.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

struct UpgradeArguments {
  bool dry_run = false;
  bool json = false;
};

void print_json(const lake::UpgradePlan& plan, bool dry_run) {
  auto columns = nlohmann::json::array();
  for (const auto& column : plan.columns)
    columns.push_back({{"table", column.table}, {"column", column.column}, {"type", column.type}});
  std::cout << nlohmann::json{{"dry_run", dry_run}, {"tables", plan.tables}, {"columns", columns}}.dump(2)
            << '\n';
}

void print_text(const lake::UpgradePlan& plan, bool dry_run) {
  if (plan.empty()) {
    std::cout << "the lake has all that this program knows; nothing to do\n";
    return;
  }
  const char* verb = dry_run ? "would make" : "made";
  for (const auto& table : plan.tables) std::cout << fmt::format("{} the table {}\n", verb, table);
  verb = dry_run ? "would add" : "added";
  for (const auto& column : plan.columns) {
    std::cout << fmt::format("{} the column {} ({}) to {}; rows that are there have NULL in it\n", verb,
                             column.column, column.type, column.table);
  }
  if (dry_run) std::cout << "dry run: nothing was changed\n";
}

Status run_upgrade(Program& program, const UpgradeArguments& arguments) {
  GT_ASSIGN(const auto lake, program.open_lake());
  const auto show = [&](const lake::UpgradePlan& plan) {
    arguments.json ? print_json(plan, arguments.dry_run) : print_text(plan, arguments.dry_run);
  };
  GT_ASSIGN(const auto plan, lake::plan_upgrade(lake));
  if (arguments.dry_run || plan.empty()) {
    show(plan);
    return {};
  }
  return recorded_run(lake, "upgrade", [&](const std::string&) -> Status {
    GT_ASSIGN(const auto done, lake::upgrade(lake));
    show(done);
    return {};
  });
}

}  // namespace

void add_upgrade(Program& program) {
  auto* command = program.add(
      "upgrade", "Bring a lake that an earlier version made up to date: tables and columns that came since",
      "  goldtape --lake old-lake upgrade --dry-run     # what it lacks\n"
      "  goldtape --lake old-lake upgrade\n"
      "\nData files stay as they are: a new column is NULL in the rows that are there. Run again, it finds\n"
      "nothing to do. Earlier programs go on reading the lake.");
  auto arguments = std::make_shared<UpgradeArguments>();
  command->add_flag("-n,--dry-run", arguments->dry_run, "Only say what would be done");
  command->add_flag("--json", arguments->json, "As JSON");
  program.on_run(command, [&program, arguments] { return run_upgrade(program, *arguments); });
}

}  // namespace goldtape::app
