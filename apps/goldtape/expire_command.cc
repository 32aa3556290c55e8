#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "goldtape/base/duration.h"
#include "goldtape/lake/expire.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

struct ExpireArguments {
  std::vector<std::string> tables;
  std::string older_than;  ///< Empty: the policy's.
  std::int32_t keep = 0;   ///< 0: the policy's.
  bool dry_run = false;
  bool json = false;
};

Result<lake::ExpireOptions> options_of(const ExpireArguments& arguments, const Config& config) {
  lake::ExpireOptions options{.tables = arguments.tables, .dry_run = arguments.dry_run};
  options.max_age = std::chrono::days(config.integer("maintenance.snapshot_days"));
  if (!arguments.older_than.empty()) {
    GT_ASSIGN(options.max_age, parse_duration(arguments.older_than));
  }
  options.min_snapshots = arguments.keep > 0
                              ? arguments.keep
                              : static_cast<std::int32_t>(config.integer("maintenance.min_snapshots"));
  options.metadata_files = static_cast<std::size_t>(config.integer("maintenance.metadata_files"));
  return options;
}

void print_json(const lake::ExpireReport& report, bool dry_run) {
  auto tables = nlohmann::json::array();
  for (const auto& table : report.tables) {
    tables.push_back({{"table", table.table},
                      {"snapshots_before", table.snapshots_before},
                      {"snapshots_expired", table.snapshots},
                      {"refs_expired", table.refs},
                      {"data_files", table.data_files},
                      {"delete_files", table.delete_files},
                      {"manifests", table.manifests},
                      {"manifest_lists", table.manifest_lists},
                      {"metadata_files", table.metadata_files},
                      {"statistics_files", table.statistics_files},
                      {"bytes", table.bytes},
                      {"left", table.left},
                      {"gc_disabled", table.gc_disabled}});
  }
  std::cout << nlohmann::json{{"dry_run", dry_run}, {"tables", tables}}.dump(2) << '\n';
}

void print_text(const lake::ExpireReport& report, bool dry_run) {
  for (const auto& table : report.tables) {
    if (table.gc_disabled) {
      std::cout << fmt::format("{}: left alone, its property gc.enabled is false\n", table.table);
      continue;
    }
    const auto files = table.data_files + table.delete_files + table.manifests + table.manifest_lists +
                       table.metadata_files + table.statistics_files;
    std::cout << fmt::format("{}: {} of {} snapshots, {} files ({} of data), {}{}\n", table.table,
                             table.snapshots, table.snapshots_before, files, table.data_files,
                             bytes_text(static_cast<std::uint64_t>(table.bytes)),
                             table.left > 0 ? fmt::format("; {} files were left", table.left) : "");
  }
  if (report.tables.empty()) {
    std::cout << "nothing to expire\n";
  } else if (dry_run) {
    std::cout << "dry run: nothing was changed\n";
  }
}

Status run_expire(Program& program, const ExpireArguments& arguments) {
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto options, options_of(arguments, config));
  GT_ASSIGN(const auto lake, program.open_lake());
  const auto expire = [&](const std::string&) -> Status {
    GT_ASSIGN(const auto report, lake::expire(lake, options));
    arguments.json ? print_json(report, options.dry_run) : print_text(report, options.dry_run);
    return {};
  };
  return options.dry_run ? expire({}) : recorded_run(lake, "expire", expire);
}

}  // namespace

void add_expire(Program& program) {
  auto* command = program.add(
      "expire", "Forget old snapshots and remove the files that only they need",
      "  goldtape expire --dry-run                      # what would go, by the policy of goldtape.toml\n"
      "  goldtape expire\n"
      "  goldtape expire silver.bars_1m --older-than 7d --keep 3\n"
      "\nKept are the current snapshot, those of tags and branches, those younger than\n"
      "maintenance.snapshot_days, the newest maintenance.min_snapshots, and those that the next refine or\n"
      "features compares with. The rows of the lake stay as they are; only the past gets shorter.");
  auto arguments = std::make_shared<ExpireArguments>();
  command->add_option("tables", arguments->tables, "Tables, zone.name (default: all)");
  command->add_option("--older-than", arguments->older_than,
                      "Age beyond which snapshots go: 12h, 30d, 8w (default: maintenance.snapshot_days)");
  command
      ->add_option(
          "--keep", arguments->keep,
          "Snapshots of each table that stay whatever their age (default: maintenance.min_snapshots)")
      ->check(CLI::Range(1, 1'000'000))
      ->default_str("");
  command->add_flag("-n,--dry-run", arguments->dry_run, "Only say what would go");
  command->add_flag("--json", arguments->json, "As JSON");
  program.on_run(command, [&program, arguments] { return run_expire(program, *arguments); });
}

}  // namespace goldtape::app
