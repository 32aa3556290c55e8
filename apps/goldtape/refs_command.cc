#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "goldtape/base/duration.h"
#include "goldtape/base/time.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/refs.h"

namespace goldtape::app {

namespace {

struct RefArguments {
  bool tag = true;
  std::string name;
  std::vector<std::string> tables;  ///< Empty: all.
  std::int64_t snapshot_id = 0;     ///< 0: the current one.
  std::string keep_for;
  bool replace = false;
  bool json = false;
};

const char* word(const RefArguments& arguments) { return arguments.tag ? "tag" : "branch"; }

Result<std::vector<table::Table>> tables_of(const lake::Lake& lake, const RefArguments& arguments) {
  std::vector<table::Table> tables;
  if (arguments.tables.empty()) {
    GT_ASSIGN(const auto names, lake.catalog().list_tables());
    for (const auto& name : names) {
      GT_ASSIGN(auto table, lake.catalog().load(name));
      tables.push_back(std::move(table));
    }
    return tables;
  }
  for (const auto& name : arguments.tables) {
    GT_ASSIGN(auto table, lake.catalog().load(name));
    tables.push_back(std::move(table));
  }
  return tables;
}

/// One commit for all tables: the name appears everywhere or nowhere.
Status create(Program& program, const RefArguments& arguments) {
  GT_RETURN_IF_ERROR(table::check_ref_name(arguments.name));
  if (arguments.snapshot_id != 0 && arguments.tables.size() != 1) {
    return fail(ErrorKind::kUsage, 5101, "--snapshot needs the one table that the snapshot is of");
  }
  table::SnapshotRef ref;
  ref.is_tag = arguments.tag;
  if (!arguments.keep_for.empty()) {
    GT_ASSIGN(const auto keep_for, parse_duration(arguments.keep_for));
    ref.max_ref_age_ms = keep_for.count();
  }
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto lock, lake.lock_for_writing(word(arguments)));
  GT_ASSIGN(const auto tables, tables_of(lake, arguments));
  table::Commit commit(lake.catalog());
  int named = 0;
  for (const auto& table : tables) {
    if (!table.current_snapshot_id() && arguments.snapshot_id == 0)
      continue;  // Without rows: nothing to name.
    ref.snapshot_id = arguments.snapshot_id != 0 ? arguments.snapshot_id : *table.current_snapshot_id();
    table::set_ref(commit, table, arguments.name, ref, arguments.replace);
    ++named;
  }
  GT_RETURN_IF_ERROR(commit.run());
  program.console().say(fmt::format("{} '{}' stands on {} table{}; `--snapshot {}` reads it", word(arguments),
                                    arguments.name, named, named == 1 ? "" : "s", arguments.name));
  return {};
}

Status drop(Program& program, const RefArguments& arguments) {
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto lock, lake.lock_for_writing(word(arguments)));
  GT_ASSIGN(const auto tables, tables_of(lake, arguments));
  table::Commit commit(lake.catalog());
  int dropped = 0;
  Result<table::SnapshotRef> last = table::SnapshotRef{};  // The last error of those that lack it.
  for (const auto& table : tables) {
    auto found = table::find_ref(table.metadata(), arguments.name, table.name().to_string());
    // Of all tables that lack it, one that has names tells what was meant.
    if (last || table.metadata().refs.size() > 1) last = found;
    if (!found && arguments.tables.empty()) continue;
    GT_RETURN_IF_ERROR(found);
    table::drop_ref(commit, table, arguments.name);
    ++dropped;
  }
  if (dropped == 0) return std::unexpected(last.error());
  GT_RETURN_IF_ERROR(commit.run());
  program.console().say(fmt::format("'{}' is gone from {} table{}; its snapshots stay until they expire",
                                    arguments.name, dropped, dropped == 1 ? "" : "s"));
  return {};
}

Status list(Program& program, const RefArguments& arguments) {
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto tables, tables_of(lake, arguments));
  auto rows = nlohmann::json::array();
  for (const auto& table : tables) {
    for (const auto& [name, ref] : table.metadata().refs) {
      if (ref.is_tag != arguments.tag) continue;
      const auto* snapshot = table.metadata().find_snapshot(ref.snapshot_id);
      const auto at =
          snapshot == nullptr ? std::string() : format_timestamp(from_micros(snapshot->timestamp_ms * 1000));
      if (arguments.json) {
        rows.push_back({{"table", table.name().to_string()},
                        {"name", name},
                        {"snapshot_id", ref.snapshot_id},
                        {"committed_at", at}});
        if (ref.max_ref_age_ms) rows.back()["max_ref_age_ms"] = *ref.max_ref_age_ms;
      } else {
        std::cout << fmt::format("{:<28} {:<24} {:>19} {}\n", table.name().to_string(), name, ref.snapshot_id,
                                 at);
      }
    }
  }
  if (arguments.json) std::cout << rows.dump(2) << '\n';
  return {};
}

using Action = Status (*)(Program&, const RefArguments&);

void add_kind(Program& program, bool tag, const std::string& what, const std::string& examples) {
  const std::string kind = tag ? "tag" : "branch";
  auto* command = program.add(kind, what, examples);
  command->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& about, Action action) {
    auto* sub = command->add_subcommand(name, about);
    auto arguments = std::make_shared<RefArguments>();
    arguments->tag = tag;
    program.on_run(sub, [&program, arguments, action] { return action(program, *arguments); });
    return std::pair{sub, arguments};
  };
  auto [make, made] = add("create", "Name the current snapshots, or one of them", create);
  make->add_option("name", made->name, "Letters, digits, '_', '-' and '.', beginning with a letter")
      ->required();
  make->add_option("tables", made->tables, "Tables, zone.name (default: all, in one commit)");
  make->add_option("--snapshot", made->snapshot_id, "A snapshot of the one table (default: the current one)")
      ->default_str("");
  make->add_option("--keep-for", made->keep_for,
                   "It expires when its snapshot is so old: 90d, 52w (default: never)");
  make->add_flag("--replace", made->replace, "Move the name when it is taken");
  auto [remove, removed] = add("drop", "Take a name away; its snapshots stay until they expire", drop);
  remove->add_option("name", removed->name, "The name")->required();
  remove->add_option("tables", removed->tables, "Tables, zone.name (default: all that have it)");
  auto [show, shown] = add("list", "List them with their snapshots", list);
  show->add_option("tables", shown->tables, "Tables, zone.name (default: all)");
  show->add_flag("--json", shown->json, "As JSON: an array of objects");
}

}  // namespace

void add_refs(Program& program) {
  add_kind(program, true, "Name snapshots, so that they never expire and can be read by name",
           "  goldtape tag create q2-close                    # every table, as it is now\n"
           "  goldtape query \"select count(*) from silver.bars_1m\" --snapshot q2-close\n"
           "  goldtape tag create before-repair bronze.bars --snapshot 4567890123456789012\n"
           "  goldtape tag list && goldtape tag drop q2-close");
  add_kind(program, false, "Name heads of branches, as Spark and PyIceberg write them",
           "  goldtape branch create audit silver.bars_1m     # Spark: WAP_BRANCH, write to branch_audit\n"
           "  goldtape branch list\n  goldtape branch drop audit silver.bars_1m");
}

}  // namespace goldtape::app
