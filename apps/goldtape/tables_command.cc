#include <charconv>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/query/sql_text.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/refs.h"
#include "recorded_run.h"
#include "sql_answer.h"

namespace goldtape::app {

namespace {

constexpr const char* kTablesSql =
    "SELECT table_name AS \"table\", rows, files, bytes, snapshots, snapshot_id, updated_at, partitioned_by, "
    "sorted_by FROM ops.tables ORDER BY table_name";

Status show_snapshots(Program& program, const std::string& name, bool json) {
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN([[maybe_unused]] const auto table, lake.catalog().load(name));
  return print_sql(
      program,
      fmt::format("SELECT snapshot_id, parent_snapshot_id, committed_at, operation, added_rows, "
                  "deleted_rows, total_rows, total_files, total_bytes, is_current FROM ops.snapshots "
                  "WHERE table_name = {} ORDER BY committed_at, snapshot_id",
                  query::quote_literal(name)),
      json);
}

/// A snapshot's id, or the id that a tag or branch of the table names.
Result<std::int64_t> snapshot_of(const table::Table& table, const std::string& text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) {
    GT_ASSIGN(const auto ref, table::find_ref(table.metadata(), text, table.name().to_string()));
    return ref.snapshot_id;
  }
  if (table.metadata().find_snapshot(id) != nullptr) return id;
  const std::string name = table.name().to_string();
  return fail(ErrorKind::kNotFound, 4015,
              fmt::format("{} has no snapshot {}; `goldtape snapshots {}` lists them", name, id, name));
}

Status roll_back(Program& program, const std::string& name, const std::string& snapshot) {
  GT_ASSIGN(const auto lake, program.open_lake());
  return recorded_run(lake, "rollback", [&](const std::string&) -> Status {
    GT_ASSIGN(const auto lock, lake.lock_for_writing("rollback"));
    GT_ASSIGN(const auto table, lake.catalog().load(name));
    GT_ASSIGN(const auto snapshot_id, snapshot_of(table, snapshot));
    if (table.current_snapshot_id() == snapshot_id) {
      program.console().say(fmt::format("{} is at snapshot {} already; nothing to do", name, snapshot_id));
      return {};
    }
    table::Commit commit(lake.catalog());
    commit.set_current_snapshot(table, snapshot_id);
    GT_ASSIGN([[maybe_unused]] const auto result, commit.run());
    program.console().say(fmt::format("{} is back at snapshot {}", name, snapshot_id));
    if (!name.starts_with("gold."))
      program.console().say("Run `goldtape run` to bring the layers above up to date.");
    return {};
  });
}

void add_list(Program& program) {
  auto* command = program.add("tables", "List the tables with their rows, files and bytes",
                              "  goldtape --lake demo/lake tables\n  goldtape tables --json");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON: an array of objects");
  program.on_run(command, [&program, json] { return print_sql(program, kTablesSql, *json); });
}

void add_snapshots(Program& program) {
  auto* command = program.add("snapshots", "List the snapshots of a table, oldest first",
                              "  goldtape snapshots silver.bars_1m\n  goldtape snapshots bronze.bars --json");
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("table", *name, "The table: zone.name")->required();
  command->add_flag("--json", *json, "As JSON: an array of objects");
  program.on_run(command, [&program, name, json] { return show_snapshots(program, *name, *json); });
}

void add_rollback(Program& program) {
  auto* command = program.add(
      "rollback", "Make an earlier snapshot of a table the current one; no data file is touched",
      "  goldtape snapshots gold.features_1d\n  goldtape rollback gold.features_1d 4567890123456789012\n"
      "  goldtape rollback bronze.bars before-repair      # a tag");
  auto name = std::make_shared<std::string>();
  auto id = std::make_shared<std::string>();
  command->add_option("table", *name, "The table: zone.name")->required();
  command->add_option("snapshot", *id, "The snapshot's id, or a tag or branch")->required();
  program.on_run(command, [&program, name, id] { return roll_back(program, *name, *id); });
}

}  // namespace

void add_tables(Program& program) {
  add_list(program);
  add_snapshots(program);
  add_rollback(program);
}

}  // namespace goldtape::app
