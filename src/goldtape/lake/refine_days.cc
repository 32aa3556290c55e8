#include <algorithm>
#include <chrono>
#include <utility>

#include <arrow/api.h>

#include "goldtape/lake/refine_internal.h"
#include "goldtape/lake/silver_columns_internal.h"
#include "goldtape/model/table_def.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake::internal {

namespace {

using model::ActionType;
using reference::Adjustment;
using reference::DatedClose;

SilverKey key_of(const SilverDay& row) { return {row.security_id, from_days(row.date_days)}; }
int year_of(const SilverDay& row) {
  return static_cast<int>(std::chrono::year_month_day{from_days(row.date_days)}.year());
}
std::pair<Date, Date> span_of_year(int year) {
  const std::chrono::year named{year};
  return {Date{named / 1 / 1}, Date{named / 12 / 31}};
}

class DayRefiner {
 public:
  DayRefiner(RefineInputs& in, const table::Table& silver, const std::set<SilverKey>& groups,
             const std::set<std::int64_t>& securities, RefineOutputs& out)
      : in_(in), silver_(silver), groups_(groups), securities_(securities), out_(out) {}

  Status run() {
    in_.options->report("refine days", 0, 1);
    GT_RETURN_IF_ERROR(gather());
    adjust();
    GT_RETURN_IF_ERROR(check());
    note_coverage();
    return write();
  }

 private:
  /// Stored rows of the securities, and from them and bronze what they are to be.
  Status gather() {
    std::vector<table::Literal> ids;
    for (std::int64_t id : securities_) ids.emplace_back(id);
    if (ids.empty()) return {};
    GT_ASSIGN(auto stored, table::read(silver_, {.filter = table::in("security_id", std::move(ids))}));
    GT_RETURN_IF_ERROR(append(*stored, *in_.bronze.names, before_));
    std::ranges::sort(before_, {}, key_of);
    for (const SilverDay& row : before_) {
      if (!groups_.contains(key_of(row))) after_.push_back(row);
    }
    GT_ASSIGN(const BronzeBars bronze, read_bronze(in_.bronze, model::Interval::k1d, groups_));
    std::vector<RefusedBar> refused;
    std::span<const SourceBar> rest = bronze.bars;
    for (const SilverKey& key : bronze.seen) {
      seen_.insert(key);
      std::size_t count = 0;
      while (count < rest.size() && rest[count].security_id == key.security_id &&
             from_days(rest[count].date_days) == key.date) {
        ++count;
      }
      const SecurityFacts facts{.security_id = key.security_id,
                                .ticker = in_.bronze.names->tickers.intern(
                                    in_.master->ticker_of(key.security_id, key.date).value_or("")),
                                .splits = in_.splits_of(key.security_id)};
      refine_day(facts, in_.options->calendar->is_session(key.date), rest.first(count), after_, refused);
      rest = rest.subspan(count);
    }
    for (RefusedBar& bar : refused)
      out_.refusals.push_back({"silver.bars_1d", model::Interval::k1d, std::move(bar)});
    std::ranges::sort(after_, {}, key_of);
    return {};
  }

  [[nodiscard]] std::span<SilverDay> days_of(std::int64_t security_id) {
    auto range = std::ranges::equal_range(after_, security_id, {}, &SilverDay::security_id);
    return {range.begin(), range.end()};
  }

  [[nodiscard]] std::vector<DatedClose> closes_of(std::int64_t security_id) {
    std::vector<DatedClose> closes;
    for (const SilverDay& day : days_of(security_id)) {
      closes.push_back({from_days(day.date_days), from_fixed(day.close, kPriceScale)});
    }
    return closes;
  }

  /// The child's close of the session before ex_date, else its first one since.
  [[nodiscard]] std::optional<double> child_price(const SecurityAction& action) {
    if (!action.new_security_id) return std::nullopt;
    constexpr std::chrono::days kNear{10};
    std::optional<double> price;
    for (const DatedClose& close : closes_of(*action.new_security_id)) {
      if (close.date < action.ex_date - kNear) continue;
      if (close.date >= action.ex_date && (price || close.date > action.ex_date + kNear)) break;
      price = close.close;
    }
    return price;
  }

  /// Only actions up to a security's last bar count: a split announced for next week changes nothing yet.
  void adjust() {
    for (std::int64_t security_id : securities_) {
      const std::span<SilverDay> days = days_of(security_id);
      const std::vector<DatedClose> closes = closes_of(security_id);
      std::vector<Adjustment> adjustments;
      auto range = std::ranges::equal_range(in_.actions, security_id, {}, &SecurityAction::security_id);
      for (SecurityAction& action : range) {
        Adjustment adjustment{.ex_date = action.ex_date,
                              .type = action.type,
                              .value = action.value,
                              .known_at = action.known_at};
        if (action.type == ActionType::kSpinOff) adjustment.child_price = child_price(action);
        action.adjustment_factor = reference::adjustment_factor(adjustment, closes);
        if (!closes.empty() && action.ex_date <= closes.back().date) adjustments.push_back(adjustment);
      }
      adjust_days(reference::FactorSchedule(adjustments, closes, Timestamp::max()), days);
    }
  }

  Status check() {
    DayColumns columns;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < after_.size(); ++i) {
      columns.add(after_[i], *in_.bronze.names);
      at.push_back(i);
    }
    auto report =
        quality::check_silver_1d(columns.view(), in_.quality_context(nullptr), in_.options->quality);
    GT_ASSIGN(const auto refused, pass_gate(in_, std::move(report), out_));
    std::set<SilverKey> bad;
    for (const quality::RefusedRow& row : refused) {
      const SilverDay& day = after_[at[row.row]];
      bad.insert(key_of(day));
      RefusedBar bar{.bar = {.security_id = day.security_id,
                             .ts_us = to_micros(from_days(day.date_days)),
                             .date_days = day.date_days,
                             .source = day.source,
                             .ticker = day.ticker,
                             .load = kNoName,
                             .content = {}},
                     .rule = row.rule,
                     .reason = row.reason};
      bar.bar.content = {.open = from_fixed(day.open, kPriceScale),
                         .high = from_fixed(day.high, kPriceScale),
                         .low = from_fixed(day.low, kPriceScale),
                         .close = from_fixed(day.close, kPriceScale),
                         .volume = day.volume};
      out_.refusals.push_back({"silver.bars_1d", model::Interval::k1d, std::move(bar)});
    }
    if (!bad.empty()) std::erase_if(after_, [&](const SilverDay& row) { return bad.contains(key_of(row)); });
    return {};
  }

  void note_coverage() {
    for (const SilverKey& key : groups_) {
      const CoverageKey at{model::Interval::k1d, key.security_id, key.date};
      out_.coverage.erase(at);
      if (!seen_.contains(key)) continue;
      CoverageCounts& counts = out_.coverage[at];
      counts.ticker = in_.master->ticker_of(key.security_id, key.date).value_or("");
      counts.missing = 1;
    }
    for (const SilverDay& row : after_) {
      auto known = out_.coverage.find({model::Interval::k1d, row.security_id, from_days(row.date_days)});
      if (known == out_.coverage.end()) continue;
      known->second.traded = 1;
      known->second.missing = 0;
    }
  }

  /// Years in which a row differs, each with the securities it differs for.
  [[nodiscard]] std::set<int> changed_years() const {
    std::set<int> years;
    auto old_row = before_.begin();
    auto new_row = after_.begin();
    while (old_row != before_.end() || new_row != after_.end()) {
      const bool only_old =
          new_row == after_.end() || (old_row != before_.end() && key_of(*old_row) < key_of(*new_row));
      const bool only_new =
          old_row == before_.end() || (new_row != after_.end() && key_of(*new_row) < key_of(*old_row));
      if (only_old) {
        years.insert(year_of(*old_row++));
      } else if (only_new) {
        years.insert(year_of(*new_row++));
      } else {
        if (!(*old_row == *new_row)) years.insert(year_of(*new_row));
        ++old_row;
        ++new_row;
      }
    }
    return years;
  }

  Status write() {
    table::DataWriter writer(silver_, {.sorted = false});
    TableChange change{.table = silver_, .rewrite = {}, .planned_from = {}};
    const std::set<int> years = changed_years();
    std::int64_t done = 0;
    for (int year : years) {
      in_.options->report("write days", done++, std::ssize(years));
      if (const Status status = write_year(year, writer, change.rewrite); !status) {
        writer.discard();
        return status;
      }
    }
    change.rewrite.added = writer.files();
    if (!change.rewrite.empty()) out_.changes.push_back(std::move(change));
    return {};
  }

  Status write_year(int year, table::DataWriter& writer, table::Rewrite& rewrite) {
    const auto [first, last] = span_of_year(year);
    GT_ASSIGN(const auto plan,
              table::plan_scan(silver_, {.filter = table::greater_equal("date", table::literal(first)) &&
                                                   table::less_equal("date", table::literal(last))}));
    GT_ASSIGN(auto stored, table::read(silver_, plan));
    std::vector<SilverDay> rows;
    GT_RETURN_IF_ERROR(append(*stored, *in_.bronze.names, rows));
    std::erase_if(rows, [&](const SilverDay& row) { return securities_.contains(row.security_id); });
    for (const SilverDay& row : after_) {
      if (year_of(row) == year) rows.push_back(row);
    }
    std::ranges::sort(rows, {}, key_of);
    for (const table::ScanTask& task : plan.tasks) rewrite.removed.push_back(task.file);
    if (rows.empty()) return {};
    GT_ASSIGN(auto table, to_arrow(rows, *in_.bronze.names));
    GT_RETURN_IF_ERROR(writer.write(table));
    out_.rows_written += table->num_rows();
    return {};
  }

  RefineInputs& in_;
  const table::Table& silver_;
  const std::set<SilverKey>& groups_;
  const std::set<std::int64_t>& securities_;
  RefineOutputs& out_;
  std::set<SilverKey> seen_;
  std::vector<SilverDay> before_, after_;  ///< Of the securities, sorted.
};

}  // namespace

Status refine_days(RefineInputs& in, const table::Table& silver, const std::set<SilverKey>& groups,
                   const std::set<std::int64_t>& securities, RefineOutputs& out) {
  if (securities.empty()) return {};
  return DayRefiner(in, silver, groups, securities, out).run();
}

}  // namespace goldtape::lake::internal
