#include "gap_report.h"

#include <algorithm>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/ingest/collection_plan.h"
#include "goldtape/provider/venues.h"
#include "goldtape/query/session.h"
#include "goldtape/query/sql_text.h"

namespace goldtape::app {

namespace {

using ingest::SessionState;
using Facts = std::map<std::string, ingest::TickerFacts, std::less<>>;

/// Rows of (ticker, days since 1970, number or text) of a statement.
Status each_row(query::Session& session, const std::string& sql,
                const std::function<void(const std::string&, Date, const std::string&)>& take) {
  GT_ASSIGN(const auto table, session.table(sql));
  for (std::int64_t row = 0; row < table->num_rows(); ++row) {
    const auto text = [&](int column) {
      const auto scalar = table->column(column)->GetScalar(row);
      return scalar.ok() ? (*scalar)->ToString() : std::string();
    };
    take(text(0), from_days(std::stoi(text(1))), text(2));
  }
  return {};
}

SessionState refined_state(const std::string& word) {
  if (word == "vendor_hole") return SessionState::kVendorHole;
  if (word == "halted") return SessionState::kHalted;
  if (word == "early_close") return SessionState::kEarlyClose;
  return SessionState::kComplete;
}

Status read_facts(query::Session& session, const ingest::Stream& stream, Facts& facts) {
  const std::string interval = query::quote_literal(std::string(model::to_string(stream.interval)));
  GT_RETURN_IF_ERROR(
      each_row(session,
               fmt::format("SELECT ticker, date_diff('day', DATE '1970-01-01', date)::VARCHAR, "
                           "count(*)::VARCHAR FROM bronze.bars "
                           "WHERE source = {} AND interval = {} AND session = 'regular' GROUP BY ALL",
                           query::quote_literal(stream.source), interval),
               [&](const std::string& ticker, Date date, const std::string& count) {
                 const auto found = facts.find(ticker);
                 if (found != facts.end()) found->second.bars[date] = std::stoll(count);
               }));
  return each_row(
      session,
      fmt::format(
          "SELECT ticker, date_diff('day', DATE '1970-01-01', date)::VARCHAR, state FROM silver.coverage "
          "WHERE interval = {} AND state IN ('vendor_hole', 'halted')",
          interval),
      [&](const std::string& ticker, Date date, const std::string& state) {
        const auto found = facts.find(ticker);
        if (found != facts.end()) found->second.refined[date] = refined_state(state);
      });
}

/// Ranges that were asked without a usable answer.
Status read_failures(const lake::Lake& lake, const provider::VenueTraits& venue, const ingest::Stream& stream,
                     Facts& facts) {
  GT_ASSIGN(const store::Rows rows,
            lake.database().query(
                "SELECT request FROM load_audit WHERE source = ? AND status IN ('failed', 'refused')",
                {stream.source}));
  for (const store::Row& row : rows.rows) {
    GT_ASSIGN(const auto request, provider::Request::from_json(store::text_of(row[0])));
    if (ingest::stream_of(request, venue) != stream) continue;
    GT_ASSIGN(const TimeRange range, ingest::range_of(request));
    for (const std::string& ticker : ingest::tickers_of(request)) facts[ticker].failed.push_back(range);
  }
  return {};
}

/// From the first to the last that was asked for any ticker, without those that have not begun.
std::span<const calendar::Session> sessions_of(const Facts& facts, const GapFilter& filter, Timestamp now) {
  const calendar::Calendar& calendar = calendar::xnys();
  Date first = Date::max();
  Date last{};
  const auto extend = [&](const TimeRange& range) {
    if (range.end <= range.start) return;
    first = std::min(first, calendar.local_date(range.start));
    last = std::max(last, calendar.local_date(range.end - std::chrono::microseconds(1)));
  };
  for (const auto& [ticker, fact] : facts) {
    for (const auto& asked : fact.asked) extend(asked.range);
    for (const TimeRange& range : fact.failed) extend(range);
  }
  if (filter.to) last = *filter.to;
  if (last < first) return {};
  auto sessions = calendar.sessions(first, std::min(last, calendar.local_date(now)));
  while (!sessions.empty() && sessions.back().open > now) sessions = sessions.first(sessions.size() - 1);
  return sessions;
}

void append_runs(const ingest::Stream& stream, const std::string& ticker,
                 std::span<const calendar::Session> sessions, const std::vector<SessionState>& states,
                 const GapFilter& filter, std::vector<GapRun>& out) {
  bool open = false;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const bool shown = filter.all || ingest::is_gap(states[i]);
    if (shown && open && out.back().state == states[i]) {
      out.back().last = sessions[i].date;
      ++out.back().sessions;
    } else if (shown) {
      out.push_back({.source = stream.source,
                     .interval = stream.interval,
                     .ticker = ticker,
                     .state = states[i],
                     .first = sessions[i].date,
                     .last = sessions[i].date,
                     .sessions = 1});
    }
    open = shown;
  }
}

}  // namespace

Result<std::vector<GapRun>> find_gaps(const lake::Lake& lake, const GapFilter& filter) {
  std::vector<GapRun> out;
  const Timestamp now = lake.clock().now();
  GT_ASSIGN(const auto session, query::Session::open(lake));
  for (const auto& venue : provider::venues()) {
    GT_ASSIGN(const auto asked, ingest::read_asked(lake.database(), venue->traits()));
    for (const auto& [stream, known] : asked) {
      if (stream.dataset != "bars") continue;
      Facts facts;
      for (const auto& [ticker, ranges] : known) facts[ticker].asked = ranges;
      GT_RETURN_IF_ERROR(read_facts(*session, stream, facts));
      GT_RETURN_IF_ERROR(read_failures(lake, venue->traits(), stream, facts));
      const auto sessions = sessions_of(facts, filter, now);
      for (const auto& [ticker, fact] : facts) {
        if (!filter.ticker.empty() && ticker != filter.ticker) continue;
        append_runs(stream, ticker, sessions, ingest::session_states(fact, sessions, stream, now), filter,
                    out);
      }
    }
  }
  return out;
}

}  // namespace goldtape::app
