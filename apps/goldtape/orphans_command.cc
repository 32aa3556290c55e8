#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "goldtape/base/duration.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/orphans.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

constexpr std::chrono::hours kLeastAge{1};

struct OrphanArguments {
  std::string older_than;  ///< Empty: the policy's.
  bool remove = false;
  bool force = false;
  bool json = false;
};

Result<lake::OrphanOptions> options_of(const OrphanArguments& arguments, const Config& config) {
  lake::OrphanOptions options{.min_age = std::chrono::days(config.integer("maintenance.orphan_days")),
                              .remove = arguments.remove};
  if (!arguments.older_than.empty()) {
    GT_ASSIGN(options.min_age, parse_duration(arguments.older_than));
  }
  if (options.remove && options.min_age < kLeastAge && !arguments.force) {
    return fail(ErrorKind::kUsage, 5105,
                "a bound below 1h could remove what another program is writing just now; --force says that "
                "none writes");
  }
  return options;
}

void print_json(const lake::OrphanReport& report) {
  auto orphans = nlohmann::json::array();
  for (const auto& orphan : report.orphans) {
    orphans.push_back({{"path", orphan.path},
                       {"table", orphan.table},
                       {"temporary", orphan.temporary},
                       {"size_bytes", orphan.size_bytes},
                       {"modified", format_timestamp(orphan.modified)},
                       {"removed", orphan.removed}});
  }
  std::cout << nlohmann::json{{"orphans", orphans}, {"younger", report.younger}}.dump(2) << '\n';
}

void print_text(const lake::OrphanReport& report, bool removed) {
  std::uint64_t bytes = 0;
  for (const auto& orphan : report.orphans) {
    bytes += orphan.size_bytes;
    std::cout << fmt::format("{}  {}  {}\n", format_timestamp(orphan.modified), bytes_text(orphan.size_bytes),
                             orphan.path);
  }
  std::cout << fmt::format("{} orphans, {}{}\n", report.orphans.size(), bytes_text(bytes),
                           report.orphans.empty() ? ""
                           : removed              ? ", removed"
                                                  : "; --remove removes them");
  if (report.younger > 0) std::cout << fmt::format("{} more files are too young to judge\n", report.younger);
}

Status run_orphans(Program& program, const OrphanArguments& arguments) {
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto options, options_of(arguments, config));
  GT_ASSIGN(const auto lake, program.open_lake());
  const auto search = [&](const std::string&) -> Status {
    GT_ASSIGN(const auto report, lake::find_orphans(lake, options));
    arguments.json ? print_json(report) : print_text(report, options.remove);
    return {};
  };
  return options.remove ? recorded_run(lake, "orphans", search) : search({});
}

}  // namespace

void add_orphans(Program& program) {
  auto* command = program.add(
      "orphans", "List, or remove, files of the tables' folders that nothing leads to",
      "  goldtape orphans                           # only lists\n"
      "  goldtape orphans --remove\n"
      "  goldtape orphans --older-than 12h --remove\n"
      "\nCrashes leave them, and other programs. A file that any snapshot, tag or branch leads to is never\n"
      "one, nor is a raw answer, nor a file younger than maintenance.orphan_days.");
  auto arguments = std::make_shared<OrphanArguments>();
  command->add_option("--older-than", arguments->older_than,
                      "Least age of an orphan: 12h, 3d (default: maintenance.orphan_days)");
  command->add_flag("--remove", arguments->remove, "Remove them");
  command->add_flag("--force", arguments->force, "Allow a bound below 1h: no other program writes");
  command->add_flag("--json", arguments->json, "As JSON");
  program.on_run(command, [&program, arguments] { return run_orphans(program, *arguments); });
}

}  // namespace goldtape::app
