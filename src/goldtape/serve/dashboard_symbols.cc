#include "goldtape/serve/dashboard_symbols.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "goldtape/serve/row_reader.h"

namespace goldtape::serve {

namespace {

constexpr std::int64_t kMinutesOfASession = 390;

/// The newest sessions whose minutes fit the page, oldest first.
Result<std::vector<std::string>> choose_sessions(query::Session& session, const DashboardOptions& options) {
  const auto sql = fmt::format(
      "SELECT date::VARCHAR AS session, count(DISTINCT security_id) AS symbols FROM silver.coverage "
      "WHERE interval = '1m' AND traded > 0 GROUP BY date ORDER BY date DESC LIMIT {}",
      options.max_sessions);
  GT_ASSIGN(const RowReader answer, RowReader::run(session, sql));
  std::vector<std::string> sessions;
  std::int64_t bars = 0;
  for (std::int64_t row = 0; row < answer.rows(); ++row) {
    bars += std::min(answer.integer(1, row), options.max_symbols) * kMinutesOfASession;
    if (!sessions.empty() && bars > options.max_minute_bars) break;
    sessions.push_back(answer.text(0, row));
  }
  std::ranges::reverse(sessions);
  return sessions;
}

std::string symbols_sql(const std::string& first_session) {
  return fmt::format(R"(
WITH minute AS (
  SELECT security_id, arg_max(ticker, ts) AS ticker, max(date) AS last_session,
         sum(close::DOUBLE * volume) AS traded_value
  FROM silver.bars_1m WHERE fill = 'traded' AND date >= DATE '{}' GROUP BY security_id
), daily AS (
  SELECT security_id, arg_max(ticker, date) AS ticker, max(date) AS last_session
  FROM silver.bars_1d GROUP BY security_id
)
SELECT security_id,
       CASE WHEN daily.ticker IS NULL OR minute.last_session >= daily.last_session THEN minute.ticker
            ELSE daily.ticker END AS ticker,
       s.name, s.exchange,
       minute.last_session::VARCHAR AS minute_session, daily.last_session::VARCHAR AS daily_session
FROM minute FULL JOIN daily USING (security_id) LEFT JOIN reference.securities s USING (security_id)
ORDER BY minute.traded_value DESC NULLS LAST, daily.last_session DESC, ticker, security_id)",
                     first_session.empty() ? "9999-12-31" : first_session);
}

void label_symbols(std::vector<DashboardSymbol>& symbols) {
  std::map<std::string, int> seen;
  for (const auto& symbol : symbols) ++seen[symbol.label];
  for (auto& symbol : symbols) {
    if (seen[symbol.label] > 1) symbol.label += fmt::format(" #{}", symbol.security_id);
  }
}

}  // namespace

Result<DashboardScope> choose_scope(query::Session& session, const DashboardOptions& options) {
  DashboardScope scope;
  GT_ASSIGN(scope.sessions, choose_sessions(session, options));
  GT_ASSIGN(
      const RowReader answer,
      RowReader::run(session, symbols_sql(scope.sessions.empty() ? std::string{} : scope.sessions.front())));
  scope.symbols_total = answer.rows();
  for (std::int64_t row = 0; row < std::min(answer.rows(), options.max_symbols); ++row) {
    scope.symbols.push_back({.security_id = answer.integer(0, row),
                             .label = answer.text(1, row),
                             .name = answer.text(2, row),
                             .exchange = answer.text(3, row),
                             .last_minute_session = answer.text(4, row),
                             .last_daily_session = answer.text(5, row)});
  }
  label_symbols(scope.symbols);
  if (!scope.symbols.empty()) scope.most_traded = scope.symbols.front().label;
  std::ranges::sort(scope.symbols, {}, &DashboardSymbol::label);
  return scope;
}

}  // namespace goldtape::serve
