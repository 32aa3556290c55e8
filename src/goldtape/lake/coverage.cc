#include "goldtape/lake/coverage.h"

#include <algorithm>
#include <array>
#include <set>

#include <arrow/api.h>

#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/model/table_def.h"

namespace goldtape::lake {

namespace {

using model::Fill;
using model::Interval;

/// States of sessions without bars.
constexpr std::array<std::string_view, 3> kEmptyStates{"not_listed", "delisted", "not_asked"};

std::string_view state_of(const CoverageCounts& counts, const calendar::Session* session, Interval interval) {
  if (interval == Interval::k1d) {
    if (counts.traded == 0) return "failed";
    return session && session->early_close ? "early_close" : "complete";
  }
  if (counts.traded == 0) return "no_trade";
  if (counts.holes > 0) return "vendor_hole";
  if (counts.halted > 0) return "halted";
  return session && session->early_close ? "early_close" : "complete";
}

/// Whether nothing of the security can have been before its first date: it began by an action.
bool began_by_action(const reference::SecurityMaster& master, const reference::Security& security) {
  return std::ranges::any_of(master.history(), [&](const reference::TickerInterval& name) {
    return name.security_id == security.id && name.valid_from == security.listed_on &&
           (name.change_reason == "spin_off" || name.change_reason == "reuse");
  });
}

std::string_view empty_state(const reference::Security& security, bool began, Date date) {
  if (security.delisted_on && date >= *security.delisted_on) return "delisted";
  return began && date < *security.listed_on ? "not_listed" : "not_asked";
}

std::int32_t expected_bars(const calendar::Session* session, Interval interval) {
  if (interval == Interval::k1d) return 1;
  return session ? session->minutes() : 0;
}

/// The dates an interval has rows for: its sessions, and dates without one that have bars.
std::set<Date> dates_of(const CoverageMap& known, Interval interval, const calendar::Calendar& calendar) {
  std::set<Date> dates;
  for (const auto& [key, counts] : known) {
    if (key.interval == interval) dates.insert(key.date);
  }
  if (dates.empty()) return dates;
  for (const calendar::Session& session : calendar.sessions(*dates.begin(), *dates.rbegin()))
    dates.insert(session.date);
  return dates;
}

}  // namespace

CoverageCounts count_session(std::span<const SilverMinute> rows, const std::string& ticker) {
  CoverageCounts counts{.ticker = ticker};
  for (const SilverMinute& row : rows) {
    switch (row.fill) {
      case Fill::kTraded: ++counts.traded; break;
      case Fill::kFilled: ++counts.filled; break;
      case Fill::kNone: ++counts.missing; break;
      case Fill::kHalted:
        ++counts.missing;
        ++counts.halted;
        break;
    }
    if ((row.flags & model::kFlagVendorHole) != 0) ++counts.holes;
  }
  return counts;
}

std::vector<CoverageRow> coverage_rows(const CoverageMap& known, const reference::SecurityMaster& master,
                                       const calendar::Calendar& calendar) {
  std::vector<CoverageRow> out;
  for (Interval interval : {Interval::k1m, Interval::k1d}) {
    const std::set<Date> dates = dates_of(known, interval, calendar);
    for (const reference::Security& security : master.securities()) {
      const bool began = began_by_action(master, security);
      for (Date date : dates) {
        const calendar::Session* session = calendar.find_session(date);
        CoverageRow row{.key = {interval, security.id, date},
                        .state = {},
                        .expected = expected_bars(session, interval),
                        .counts = {}};
        if (auto found = known.find(row.key); found != known.end()) {
          row.counts = found->second;
          row.state = state_of(row.counts, session, interval);
        } else if (session) {
          row.counts.ticker = master.ticker_of(security.id, date).value_or("");
          row.counts.missing = row.expected;
          row.state = empty_state(security, began, date);
        } else {
          continue;
        }
        out.push_back(std::move(row));
      }
    }
  }
  return out;
}

Result<std::vector<CoverageRow>> coverage_from_arrow(const arrow::Table& table) {
  std::vector<CoverageRow> out;
  out.reserve(static_cast<std::size_t>(table.num_rows()));
  GT_RETURN_IF_ERROR(internal::for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    internal::ColumnReader in(batch);
    const auto* security_id = in.get<arrow::Int64Array>("security_id");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* interval = in.get<arrow::StringArray>("interval");
    const auto* date = in.get<arrow::Date32Array>("date");
    const auto* state = in.get<arrow::StringArray>("state");
    const auto* expected = in.get<arrow::Int32Array>("expected");
    const auto* traded = in.get<arrow::Int32Array>("traded");
    const auto* filled = in.get<arrow::Int32Array>("filled");
    const auto* missing = in.get<arrow::Int32Array>("missing");
    const auto* holes = in.get<arrow::Int32Array>("holes");
    if (!in.missing().empty()) return internal::damaged("silver.coverage", in.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      GT_ASSIGN(const Interval parsed, model::parse_interval(interval->GetView(i)));
      CoverageRow row{.key = {parsed, security_id->Value(i), from_days(date->Value(i))},
                      .state = state->GetString(i),
                      .expected = expected->Value(i),
                      .counts = {.ticker = ticker->GetString(i),
                                 .traded = traded->Value(i),
                                 .filled = filled->Value(i),
                                 .missing = missing->Value(i),
                                 .holes = holes->Value(i)}};
      if (row.state == "halted") row.counts.halted = row.counts.missing;
      out.push_back(std::move(row));
    }
    return {};
  }));
  return out;
}

CoverageMap known_groups(const std::vector<CoverageRow>& rows) {
  CoverageMap known;
  for (const CoverageRow& row : rows) {
    if (std::ranges::find(kEmptyStates, row.state) == kEmptyStates.end()) known.emplace(row.key, row.counts);
  }
  return known;
}

Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<CoverageRow>& rows) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("silver.coverage"));
  internal::RowWriter out(*def, rows.size());
  for (const CoverageRow& row : rows) {
    out.i64(row.key.security_id);
    out.text(row.counts.ticker);
    out.text(to_string(row.key.interval));
    out.date(to_days(row.key.date));
    out.text(row.state);
    out.i32(row.expected);
    out.i32(row.counts.traded);
    out.i32(row.counts.filled);
    out.i32(row.counts.missing);
    out.i32(row.counts.holes);
  }
  return out.finish();
}

quality::LiquidityHistory liquidity_history(const CoverageMap& known, const calendar::Calendar& calendar) {
  quality::LiquidityHistory history;
  for (const auto& [key, counts] : known) {
    const calendar::Session* session = calendar.find_session(key.date);
    if (key.interval != Interval::k1m || !session) continue;
    history[counts.ticker].push_back({key.date, counts.traded, session->minutes()});
  }
  for (auto& [ticker, counts] : history) std::ranges::sort(counts, {}, &quality::SessionCount::date);
  return history;
}

}  // namespace goldtape::lake
