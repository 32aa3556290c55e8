#include "goldtape/serve/dashboard_operations.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "goldtape/serve/row_reader.h"

namespace goldtape::serve {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kLoadsShown = 500;

/// `WHERE security_id IN` needs one id at least; 0 is no security's.
std::string id_list(const DashboardScope& scope) {
  std::vector<std::int64_t> ids;
  for (const auto& symbol : scope.symbols) ids.push_back(symbol.security_id);
  if (ids.empty()) ids.push_back(0);
  return fmt::format("({})", fmt::join(ids, ", "));
}

std::map<std::int64_t, std::string> labels(const DashboardScope& scope) {
  std::map<std::int64_t, std::string> by_id;
  for (const auto& symbol : scope.symbols) by_id[symbol.security_id] = symbol.label;
  return by_id;
}

/// SQL for an instant as "2019-02-11T14:30:00Z".
std::string instant(std::string_view column) {
  return fmt::format("strftime(make_timestamp(epoch_us({0})), '%Y-%m-%dT%H:%M:%SZ') AS {0}", column);
}

}  // namespace

Result<Json> volatility_section(query::Session& session, const DashboardScope& scope) {
  Json section = {{"ticker", Json::array()},
                  {"hour", Json::array()},
                  {"volatility", Json::array()},
                  {"observations", Json::array()}};
  if (scope.sessions.empty()) return section;
  // Per minute, so that a part of an hour compares with a whole one: the mart's sums of squares over its
  // returns.
  const auto sql = fmt::format(R"(
SELECT security_id, hour::BIGINT AS hour,
       sqrt(sum(realized_volatility * realized_volatility) / sum(returns))::DOUBLE AS volatility,
       sum(returns)::BIGINT AS observations
FROM gold.volatility_by_hour
WHERE date >= DATE '{}' AND security_id IN {} AND returns > 0
GROUP BY security_id, hour ORDER BY security_id, hour)",
                               scope.sessions.front(), id_list(scope));
  GT_ASSIGN(const RowReader answer, RowReader::run(session, sql));
  const auto label_of = labels(scope);
  for (std::int64_t row = 0; row < answer.rows(); ++row) {
    section["ticker"].push_back(label_of.at(answer.integer(0, row)));
    section["hour"].push_back(answer.integer(1, row));
    section["volatility"].push_back(answer.json(2, row));
    section["observations"].push_back(answer.integer(3, row));
  }
  return section;
}

Result<Json> coverage_section(query::Session& session, const DashboardScope& scope) {
  Json section = {{"sessions", scope.sessions}, {"rows", Json::array()}};
  if (scope.sessions.empty()) return section;
  GT_ASSIGN(
      const RowReader answer,
      RowReader::run(session, fmt::format("SELECT security_id, date::VARCHAR AS session, state, "
                                          "traded::BIGINT, filled::BIGINT, missing::BIGINT, holes::BIGINT "
                                          "FROM silver.coverage WHERE interval = '1m' "
                                          "AND date >= DATE '{}' AND security_id IN {}",
                                          scope.sessions.front(), id_list(scope))));
  std::map<std::int64_t, std::map<std::string, std::int64_t>> row_of;
  for (std::int64_t row = 0; row < answer.rows(); ++row)
    row_of[answer.integer(0, row)][answer.text(1, row)] = row;
  for (const auto& symbol : scope.symbols) {
    const auto found = row_of.find(symbol.security_id);
    if (found == row_of.end()) continue;
    Json line = {{"ticker", symbol.label},   {"traded", Json::array()}, {"filled", Json::array()},
                 {"missing", Json::array()}, {"holes", Json::array()},  {"state", Json::array()}};
    for (const auto& date : scope.sessions) {
      const auto cell = found->second.find(date);
      const bool known = cell != found->second.end();
      line["state"].push_back(known ? answer.text(2, cell->second) : "not_asked");
      int column = 3;
      for (const char* name : {"traded", "filled", "missing", "holes"}) {
        line[name].push_back(known ? answer.integer(column, cell->second) : 0);
        ++column;
      }
    }
    section["rows"].push_back(std::move(line));
  }
  return section;
}

Result<Json> snapshots_section(query::Session& session) {
  GT_ASSIGN(const RowReader answer,
            RowReader::run(session, "SELECT table_name, snapshot_id::VARCHAR AS snapshot_id, operation, " +
                                        instant("committed_at") +
                                        ", total_rows, total_files, total_bytes FROM ops.snapshots "
                                        "WHERE is_current ORDER BY table_name"));
  return answer.row_table();
}

Result<Json> load_audit_section(query::Session& session) {
  GT_ASSIGN(const RowReader answer,
            RowReader::run(session, "SELECT load_id, status, source, dataset, ticker, interval, " +
                                        instant("range_start") + ", " + instant("range_end") +
                                        ", rows_fetched, rows_inserted, rows_updated, rows_unchanged, "
                                        "duplicates_removed, rows_quarantined, bytes, " +
                                        instant("finished_at") +
                                        fmt::format(", error FROM ops.load_audit "
                                                    "ORDER BY requested_at DESC, load_id LIMIT {}",
                                                    kLoadsShown)));
  return answer.row_table();
}

Result<Json> quality_section(query::Session& session) {
  // A run may check a table once for each load; its rows are added up to one line a rule.
  GT_ASSIGN(const RowReader answer, RowReader::run(session, R"(
WITH newest AS (
  SELECT table_name, layer, arg_max(run_id, "at") AS run_id FROM ops.quality_results GROUP BY table_name, layer
), lines AS (
  SELECT table_name, layer, rule, severity,
         bool_or(outcome = 'failed') AS any_failed, bool_or(outcome = 'passed') AS any_passed,
         sum(checked)::BIGINT AS checked, sum(failed)::BIGINT AS failed,
         any_value(message) FILTER (outcome = 'failed') AS finding,
         any_value(message) FILTER (outcome = 'skipped') AS reason,
         max("at") AS checked_at
  FROM ops.quality_results JOIN newest USING (table_name, layer, run_id)
  GROUP BY table_name, layer, rule, severity
)
SELECT table_name, layer, rule, severity,
       CASE WHEN any_failed AND severity = 'critical' THEN 'failed'
            WHEN any_failed THEN 'warning' WHEN any_passed THEN 'passed' ELSE 'skipped' END AS status,
       checked, failed, coalesce(finding, reason) AS finding,
       strftime(make_timestamp(epoch_us(checked_at)), '%Y-%m-%dT%H:%M:%SZ') AS checked_at
FROM lines
ORDER BY status = 'failed' DESC, status = 'warning' DESC, status = 'skipped' DESC, table_name, rule)"));
  return answer.row_table();
}

}  // namespace goldtape::serve
