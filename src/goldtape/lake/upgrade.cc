#include "goldtape/lake/upgrade.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/lake/gold_tables.h"
#include "goldtape/lake/lake_tables.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/schema.h"

namespace goldtape::lake {

namespace {

struct TableUpgrade {
  table::Table table;
  std::vector<table::Field> missing;
};

/// Columns are numbered for ever, and those that came later have the greatest ids.
Result<std::vector<table::Field>> missing_columns(const model::TableDef& def, const table::Table& table) {
  std::vector<table::Field> missing;
  std::int32_t next_id = table.metadata().last_column_id;
  for (const table::Field& field : table::schema_of(def).fields) {
    const table::Field* there = table.schema().find(field.id);
    if (there != nullptr && there->name == field.name) continue;
    const bool name_taken =
        std::ranges::any_of(table.schema().fields, [&](const auto& f) { return f.name == field.name; });
    if (there != nullptr || name_taken || field.required || field.id != ++next_id) {
      return fail(ErrorKind::kUnsupported, 5141,
                  fmt::format("the column {} (id {}) cannot be added: the table's columns were changed by "
                              "another program. Drop or rename what is in its way, or make a new lake and "
                              "`goldtape replay-raw` into it",
                              field.name, field.id),
                  table.name().to_string());
    }
    missing.push_back(field);
  }
  return missing;
}

struct Findings {
  std::vector<std::string> tables;
  std::vector<TableUpgrade> upgrades;
};

Result<Findings> examine(const Lake& lake) {
  Findings findings;
  for (const model::TableDef& def : all_tables()) {
    const table::TableName name{def.zone, def.name};
    GT_ASSIGN(const bool there, lake.catalog().exists(name));
    if (!there) {
      findings.tables.push_back(def.qualified_name());
      continue;
    }
    GT_ASSIGN(table::Table table, lake.catalog().load(name));
    GT_ASSIGN(auto missing, missing_columns(def, table));
    if (!missing.empty()) findings.upgrades.push_back({std::move(table), std::move(missing)});
  }
  return findings;
}

UpgradePlan plan_of(const Findings& findings) {
  UpgradePlan plan{.tables = findings.tables, .columns = {}};
  for (const TableUpgrade& upgrade : findings.upgrades) {
    for (const table::Field& field : upgrade.missing) {
      plan.columns.push_back({upgrade.table.name().to_string(), field.name, to_string(field.type)});
    }
  }
  return plan;
}

}  // namespace

Result<UpgradePlan> plan_upgrade(const Lake& lake) {
  GT_ASSIGN(const Findings findings, examine(lake));
  return plan_of(findings);
}

Result<UpgradePlan> upgrade(const Lake& lake) {
  GT_ASSIGN(const WriterLock lock, lake.lock_for_writing("upgrade"));
  GT_ASSIGN(const Findings findings, examine(lake));
  GT_RETURN_IF_ERROR(create_missing_tables(lake.catalog()));
  table::Commit commit(lake.catalog());
  for (const TableUpgrade& upgrade : findings.upgrades) {
    table::SchemaChange change;
    for (const table::Field& field : upgrade.missing) change.add(field.name, field.type, field.doc);
    commit.change_schema(upgrade.table, std::move(change));
  }
  if (!findings.upgrades.empty()) GT_RETURN_IF_ERROR(commit.run());
  return plan_of(findings);
}

}  // namespace goldtape::lake
