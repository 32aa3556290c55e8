#include <fmt/format.h>

#include "command.h"
#include "goldtape/query/sql_text.h"
#include "sql_answer.h"

namespace goldtape::app {

namespace {

constexpr const char* kAuditColumns =
    "substr(load_id, 1, 12) AS load, source, dataset, ticker, interval, status, rows_fetched AS fetched, "
    "rows_inserted AS inserted, rows_updated AS updated, rows_unchanged AS unchanged, duplicates_removed AS "
    "duplicates, rows_quarantined AS quarantined, observed_at, error";

void add_list(Program& program) {
  auto* command = program.add("audit", "List the loads: what was asked, what came, what became of it",
                              "  goldtape audit\n  goldtape audit --status refused\n  goldtape audit --json");
  auto json = std::make_shared<bool>(false);
  auto status = std::make_shared<std::string>();
  command->add_flag("--json", *json, "All columns, as JSON: an array of objects");
  command->add_option("--status", *status,
                      "Only loads that ended so: loaded, unchanged, failed, refused, undone");
  program.on_run(command, [&program, json, status] {
    const std::string where = status->empty() ? "" : "WHERE status = " + query::quote_literal(*status);
    return print_sql(program,
                     fmt::format("SELECT {} FROM ops.load_audit {} ORDER BY requested_at, load_id",
                                 *json ? "*" : kAuditColumns, where),
                     *json);
  });
}

void add_revisions(Program& program) {
  auto* command = program.add("revisions", "List what the vendor changed about a ticker's bars",
                              "  goldtape --lake demo/lake revisions NFLX\n  goldtape revisions NFLX --json");
  auto json = std::make_shared<bool>(false);
  auto ticker = std::make_shared<std::string>();
  command->add_option("ticker", *ticker, "Symbol as the vendor wrote it")->required();
  command->add_flag("--json", *json, "All columns, as JSON: an array of objects");
  program.on_run(command, [&program, json, ticker] {
    constexpr const char* kColumns =
        "source, interval, ts, old_close, new_close, old_volume, new_volume, old_adj_close, new_adj_close, "
        "old_observed_at, new_observed_at";
    return print_sql(program,
                     fmt::format("SELECT {} FROM ops.revisions WHERE ticker = {} ORDER BY interval, ts, "
                                 "new_observed_at",
                                 *json ? "*" : kColumns, query::quote_literal(*ticker)),
                     *json);
  });
}

}  // namespace

void add_audit(Program& program) {
  add_list(program);
  add_revisions(program);
}

}  // namespace goldtape::app
