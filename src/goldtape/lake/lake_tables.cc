#include "goldtape/lake/lake_tables.h"

#include <utility>

#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/gold_tables.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

Result<std::shared_ptr<arrow::Table>> session_rows(const calendar::Calendar& calendar) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("reference.calendar"));
  TableBuilder out(*def);
  for (const calendar::Session& session : calendar.sessions()) {
    out.date(to_days(session.date));
    out.time(to_micros(session.open));
    out.time(to_micros(session.close));
    out.small_integer(session.minutes());
    out.flag(session.early_close);
    out.flag(session.late_open);
  }
  return out.finish();
}

}  // namespace

Result<std::vector<std::string>> create_missing_tables(table::Catalog& catalog) {
  std::vector<std::string> created;
  for (const model::TableDef& def : all_tables()) {
    GT_ASSIGN(const bool there, catalog.exists({def.zone, def.name}));
    if (there) continue;
    GT_RETURN_IF_ERROR(catalog.create_table(def));
    created.push_back(def.qualified_name());
  }
  return created;
}

Result<bool> fill_calendar(table::Catalog& catalog, const calendar::Calendar& calendar) {
  GT_ASSIGN(const table::Table table, catalog.load("reference.calendar"));
  GT_ASSIGN(const auto rows, session_rows(calendar));
  GT_ASSIGN(const auto there, table::read(table));
  if (there->Equals(*rows)) return false;
  GT_ASSIGN(table::Rewrite rewrite, table::plan_overwrite(table, table::Expression::always_true(), rows));
  table::Commit commit(catalog);
  commit.replace(table, rewrite.removed, rewrite.added);
  if (const auto done = commit.run(); !done) {
    table::discard(table, rewrite);
    return std::unexpected(done.error());
  }
  return true;
}

}  // namespace goldtape::lake
