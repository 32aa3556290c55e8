#include "gap_report.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/ingest/collection_plan.h"
#include "goldtape/lake/arrow_rows.h"
#include "goldtape/provider/venues.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"

namespace goldtape::app {

namespace {

using ingest::SessionState;
using Facts = std::map<std::string, ingest::TickerFacts, std::less<>>;

SessionState refined_state(std::string_view word) {
  if (word == "vendor_hole") return SessionState::kVendorHole;
  if (word == "halted") return SessionState::kHalted;
  if (word == "early_close") return SessionState::kEarlyClose;
  return SessionState::kComplete;
}

/// Calls `take` with the rows of each file: those of a long history would be many at once.
Status each_row(const table::Table& table, const table::ScanPlan& plan,
                const std::function<Status(const lake::ColumnsOf& columns)>& take) {
  table::ScanPlan one = plan;
  for (const table::ScanTask& task : plan.tasks) {
    one.tasks = {task};
    GT_ASSIGN(const auto rows, table::read(table, one));
    if (rows->num_rows() == 0) continue;
    GT_ASSIGN(const lake::ColumnsOf columns, lake::ColumnsOf::open(*rows));
    GT_RETURN_IF_ERROR(take(columns));
  }
  return {};
}

/// Bars of regular hours by ticker and date. Rows of one day of a ticker mostly follow each other.
Status read_bars(const lake::Lake& lake, const ingest::Stream& stream, Facts& facts) {
  using table::equal_to;
  using table::literal;
  const std::string_view regular_word = model::to_string(model::SessionPart::kRegular);
  GT_ASSIGN(const table::Table bars, lake.catalog().load("bronze.bars"));
  table::ScanOptions wanted;
  wanted.filter = equal_to("source", literal(stream.source)) &&
                  equal_to("interval", literal(model::to_string(stream.interval)));
  wanted.columns = {"ticker", "date", "session"};
  GT_ASSIGN(const table::ScanPlan plan, table::plan_scan(bars, wanted));
  return each_row(bars, plan, [&](const lake::ColumnsOf& columns) -> Status {
    GT_ASSIGN(const auto* tickers, columns.get<arrow::StringArray>("ticker"));
    GT_ASSIGN(const auto* dates, columns.get<arrow::Date32Array>("date"));
    GT_ASSIGN(const auto* sessions, columns.get<arrow::StringArray>("session"));
    const std::int64_t rows = tickers->length();
    for (std::int64_t first = 0, end = 0; first < rows; first = end) {
      const std::string_view ticker = tickers->GetView(first);
      std::int64_t regular = 0;
      for (; end < rows && dates->Value(end) == dates->Value(first) && tickers->GetView(end) == ticker; ++end)
        regular += sessions->GetView(end) == regular_word ? 1 : 0;
      const auto found = facts.find(ticker);
      if (found != facts.end() && regular > 0) found->second.bars[from_days(dates->Value(first))] += regular;
    }
    return {};
  });
}

/// Where silver's coverage knows more of a session than that there are bars.
Status read_coverage(const lake::Lake& lake, const ingest::Stream& stream, Facts& facts) {
  using table::literal;
  GT_ASSIGN(const table::Table coverage, lake.catalog().load("silver.coverage"));
  table::ScanOptions wanted;
  wanted.filter = table::equal_to("interval", literal(model::to_string(stream.interval))) &&
                  table::in("state", {literal("vendor_hole"), literal("halted")});
  wanted.columns = {"ticker", "date", "state"};
  GT_ASSIGN(const table::ScanPlan plan, table::plan_scan(coverage, wanted));
  return each_row(coverage, plan, [&](const lake::ColumnsOf& columns) -> Status {
    GT_ASSIGN(const auto* tickers, columns.get<arrow::StringArray>("ticker"));
    GT_ASSIGN(const auto* dates, columns.get<arrow::Date32Array>("date"));
    GT_ASSIGN(const auto* states, columns.get<arrow::StringArray>("state"));
    for (std::int64_t i = 0; i < tickers->length(); ++i) {
      const auto found = facts.find(tickers->GetView(i));
      if (found != facts.end())
        found->second.refined[from_days(dates->Value(i))] = refined_state(states->GetView(i));
    }
    return {};
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
  for (const auto& venue : provider::venues()) {
    GT_ASSIGN(const auto asked, ingest::read_asked(lake.database(), venue->traits()));
    for (const auto& [stream, known] : asked) {
      if (stream.dataset != "bars") continue;
      Facts facts;
      for (const auto& [ticker, ranges] : known) facts[ticker].asked = ranges;
      GT_RETURN_IF_ERROR(read_bars(lake, stream, facts));
      GT_RETURN_IF_ERROR(read_coverage(lake, stream, facts));
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
