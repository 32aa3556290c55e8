#include "goldtape/lake/quality_run.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <arrow/api.h>

#include "goldtape/base/hash.h"
#include "goldtape/lake/coverage.h"
#include "goldtape/lake/foreign.h"
#include "goldtape/lake/quality_records.h"
#include "goldtape/lake/reference_rows.h"
#include "goldtape/lake/silver_columns_internal.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/lake/step_state.h"
#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

using model::Interval;

constexpr const char* kStep = "quality";

/// Dates that are checked together: a day of minutes, a year of longer bars.
struct Part {
  Date first, last;
  auto operator<=>(const Part&) const = default;
};

Part part_of(Date date, bool intraday) {
  if (intraday) return {date, date};
  const auto year = std::chrono::year_month_day{date}.year();
  return {Date{year / 1 / 1}, Date{year / 12 / 31}};
}

table::Expression date_filter(const Part& part) {
  return table::greater_equal("date", table::literal(part.first)) &&
         table::less_equal("date", table::literal(part.last));
}

class QualityRun {
 public:
  QualityRun(const Lake& lake, const PipelineOptions& options) : lake_(lake), options_(options) {}

  Result<QualityReport> run() {
    GT_RETURN_IF_ERROR(examine_foreign_commits(lake_, options_));
    GT_RETURN_IF_ERROR(read_history());
    GT_RETURN_IF_ERROR(check_tables());
    if (!lake_.read_only()) GT_RETURN_IF_ERROR(record());
    report_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(lake_.clock().now() - now_);
    return std::move(report_);
  }

  /// Only these dates of these tables.
  Result<std::vector<quality::Report>> run_over(const std::map<std::string, std::set<Date>>& dates) {
    only_ = &dates;
    GT_RETURN_IF_ERROR(read_history());
    GT_RETURN_IF_ERROR(check_tables());
    return std::move(report_.reports);
  }

 private:
  Status read_history() {
    now_ = lake_.clock().now();
    GT_ASSIGN(const auto coverage_table, lake_.catalog().load("silver.coverage"));
    GT_ASSIGN(const auto stored, table::read(coverage_table));
    GT_ASSIGN(const auto coverage, coverage_from_arrow(*stored));
    history_ = liquidity_history(known_groups(coverage), *options_.calendar);
    return {};
  }

  Status check_tables() {
    if (wanted("bronze.bars")) GT_RETURN_IF_ERROR(check_bronze_bars());
    if (wanted("bronze.corporate_actions")) GT_RETURN_IF_ERROR(check_bronze_actions());
    if (wanted("silver.bars_1m")) GT_RETURN_IF_ERROR(check_silver_minutes());
    if (wanted("silver.bars_1d")) GT_RETURN_IF_ERROR(check_silver_days());
    return {};
  }

  [[nodiscard]] bool wanted(const std::string& table) const {
    return only_ == nullptr || only_->contains(table);
  }
  /// Whether a part holds one of the dates that are to be checked.
  [[nodiscard]] bool wanted(const std::string& table, const Part& part) const {
    if (only_ == nullptr) return true;
    const auto dates = only_->find(table);
    if (dates == only_->end()) return false;
    const auto at = dates->second.lower_bound(part.first);
    return at != dates->second.end() && *at <= part.last;
  }

  [[nodiscard]] quality::Context context() const {
    return {.now = now_,
            .calendar = options_.calendar,
            .history = &history_,
            .thresholds = options_.quality.thresholds};
  }

  void add(const quality::Report& report) {
    auto mine = std::ranges::find(report_.reports, report.table, &quality::Report::table);
    if (mine == report_.reports.end()) {
      report_.reports.push_back(report);
    } else {
      mine->merge(report);
    }
  }

  /// What each interval of bronze has rows for.
  Result<std::map<Interval, std::set<Part>>> parts_of_bronze(const table::Table& bars) {
    std::map<Interval, std::set<Part>> parts;
    GT_ASSIGN(auto plan, table::plan_scan(bars, {.columns = {"interval", "date"}}));
    if (plan.tasks.empty()) return parts;
    GT_ASSIGN(auto reader, table::open_reader(bars, std::move(plan)));
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      const arrow::Status status = reader->ReadNext(&batch);
      if (!status.ok()) return fail(ErrorKind::kDamaged, 4025, status.message(), "bronze.bars");
      if (!batch) return parts;
      internal::ColumnReader in(*batch);
      const auto* interval = in.get<arrow::StringArray>("interval");
      const auto* date = in.get<arrow::Date32Array>("date");
      if (!in.missing().empty()) return internal::damaged("bronze.bars", in.missing());
      for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
        if (i > 0 && date->Value(i) == date->Value(i - 1) && interval->GetView(i) == interval->GetView(i - 1))
          continue;
        GT_ASSIGN(const Interval parsed, model::parse_interval(interval->GetView(i)));
        parts[parsed].insert(part_of(from_days(date->Value(i)), model::is_intraday(parsed)));
      }
    }
  }

  Status check_bronze_bars() {
    GT_ASSIGN(const table::Table bars, lake_.catalog().load("bronze.bars"));
    note_snapshot(bars);
    GT_ASSIGN(const auto parts, parts_of_bronze(bars));
    for (const auto& [interval, of_interval] : parts) {
      std::int64_t done = 0;
      for (const Part& part : of_interval) {
        options_.report("check bronze", done++, std::ssize(of_interval));
        if (!wanted("bronze.bars", part)) continue;
        GT_RETURN_IF_ERROR(check_bars_of(bars, interval, part));
      }
    }
    return {};
  }

  Status check_bars_of(const table::Table& bars, Interval interval, const Part& part) {
    GT_ASSIGN(const auto rows,
              table::read(bars, {.filter = table::equal_to("interval", table::literal(to_string(interval))) &&
                                           date_filter(part)}));
    std::map<std::string, model::BarBatch, std::less<>> by_source;
    GT_RETURN_IF_ERROR(internal::for_batches(
        *rows, [&](const arrow::RecordBatch& batch) { return append_bars_to(batch, interval, by_source); }));
    for (const auto& [source, batch] : by_source)
      add(quality::check_bars(batch, context(), options_.quality));
    return {};
  }

  static Status append_bars_to(const arrow::RecordBatch& rows, Interval interval,
                               std::map<std::string, model::BarBatch, std::less<>>& by_source) {
    internal::ColumnReader in(rows);
    const auto* source = in.get<arrow::StringArray>("source");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* ts = in.get<arrow::TimestampArray>("ts");
    const auto* date = in.get<arrow::Date32Array>("date");
    const auto* open = in.get<arrow::DoubleArray>("open");
    const auto* high = in.get<arrow::DoubleArray>("high");
    const auto* low = in.get<arrow::DoubleArray>("low");
    const auto* close = in.get<arrow::DoubleArray>("close");
    const auto* volume = in.get<arrow::Int64Array>("volume");
    const auto* vwap = in.get<arrow::DoubleArray>("vwap");
    const auto* session = in.get<arrow::StringArray>("session");
    if (!in.missing().empty()) return internal::damaged("bronze.bars", in.missing());
    for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
      auto found = by_source.find(source->GetView(i));
      if (found == by_source.end()) {
        found = by_source.emplace(source->GetString(i), model::BarBatch{}).first;
        found->second.origin.source = found->first;
        found->second.origin.interval = interval;
      }
      GT_ASSIGN(const auto part, model::parse_session_part(session->GetView(i)));
      found->second.append({.ticker = ticker->GetString(i),
                            .ts = from_micros(ts->Value(i)),
                            .date = from_days(date->Value(i)),
                            .open = open->Value(i),
                            .high = high->Value(i),
                            .low = low->Value(i),
                            .close = close->Value(i),
                            .volume = volume->Value(i),
                            .vwap = internal::f64_or_nan(*vwap, i),
                            .session = part},
                           0);
    }
    return {};
  }

  Status check_bronze_actions() {
    GT_ASSIGN(const table::Table table, lake_.catalog().load("bronze.corporate_actions"));
    note_snapshot(table);
    GT_ASSIGN(const auto stored, table::read(table));
    GT_ASSIGN(const auto actions, bronze_actions_from_arrow(*stored));
    std::map<std::string, model::ActionBatch> by_source;
    for (const auto& [source, action] : actions) {
      by_source[source].source = source;
      by_source[source].actions.push_back(action);
    }
    for (const auto& [source, batch] : by_source)
      add(quality::check_actions(batch, context(), options_.quality));
    return {};
  }

  /// Dates of a silver table, by part.
  Result<std::set<Part>> parts_of_silver(const table::Table& table, bool intraday) {
    std::set<Part> parts;
    GT_ASSIGN(const auto rows, table::read(table, {.columns = {"date"}}));
    GT_RETURN_IF_ERROR(internal::for_batches(*rows, [&](const arrow::RecordBatch& batch) -> Status {
      internal::ColumnReader in(batch);
      const auto* date = in.get<arrow::Date32Array>("date");
      if (!in.missing().empty()) return internal::damaged("silver", in.missing());
      for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
        if (i == 0 || date->Value(i) != date->Value(i - 1))
          parts.insert(part_of(from_days(date->Value(i)), intraday));
      }
      return {};
    }));
    return parts;
  }

  Status check_silver_minutes() {
    GT_ASSIGN(const table::Table table, lake_.catalog().load("silver.bars_1m"));
    note_snapshot(table);
    GT_ASSIGN(const auto parts, parts_of_silver(table, true));
    std::int64_t done = 0;
    for (const Part& part : parts) {
      options_.report("check silver minutes", done++, std::ssize(parts));
      if (!wanted("silver.bars_1m", part)) continue;
      GT_ASSIGN(const auto stored, table::read(table, {.filter = date_filter(part)}));
      SilverNames names;
      std::vector<SilverMinute> rows;
      GT_RETURN_IF_ERROR(append(*stored, names, rows));
      std::ranges::stable_sort(rows, {},
                               [](const SilverMinute& row) { return std::pair{row.security_id, row.ts_us}; });
      internal::MinuteColumns columns;
      for (const SilverMinute& row : rows) columns.add(row, names);
      add(quality::check_silver_1m(columns.view(), context(), options_.quality));
    }
    return {};
  }

  Status check_silver_days() {
    GT_ASSIGN(const table::Table table, lake_.catalog().load("silver.bars_1d"));
    note_snapshot(table);
    GT_ASSIGN(const auto parts, parts_of_silver(table, false));
    for (const Part& part : parts) {
      if (!wanted("silver.bars_1d", part)) continue;
      GT_ASSIGN(const auto stored, table::read(table, {.filter = date_filter(part)}));
      SilverNames names;
      std::vector<SilverDay> rows;
      GT_RETURN_IF_ERROR(append(*stored, names, rows));
      std::ranges::stable_sort(
          rows, {}, [](const SilverDay& row) { return std::pair{row.security_id, row.date_days}; });
      internal::DayColumns columns;
      for (const SilverDay& row : rows) columns.add(row, names);
      add(quality::check_silver_1d(columns.view(), context(), options_.quality));
    }
    return {};
  }

  void note_snapshot(const table::Table& table) {
    snapshots_[table.name().to_string()] = table.current_snapshot_id();
  }

  /// What was checked, with which settings and what outcome.
  [[nodiscard]] StepState state() const {
    std::string words;
    for (const quality::Report& report : report_.reports) words += to_text(report);
    return {
        .inputs = snapshots_, .outputs = {}, .settings = sha256_hex(words), .open_sessions = {}, .facts = {}};
  }

  Status record() {
    GT_ASSIGN(const auto last, read_step_state(lake_.database(), kStep));
    if (last && *last == state()) return {};
    report_.recorded = true;
    GT_ASSIGN(const WriterLock lock, lake_.lock_for_writing("quality"));
    auto rows = quality_records(report_.reports, options_.run_id, now_);
    for (store::QualityResult& row : rows) row.snapshot_id = snapshots_[row.table];
    GT_ASSIGN(auto transaction, lake_.database().begin());
    GT_RETURN_IF_ERROR(store::add_quality_results(transaction, rows));
    GT_RETURN_IF_ERROR(write_step_state(transaction, kStep, state()));
    return transaction.commit();
  }

  const Lake& lake_;
  const PipelineOptions& options_;
  Timestamp now_{};
  const std::map<std::string, std::set<Date>>* only_ = nullptr;  ///< Null: everything.
  quality::LiquidityHistory history_;
  Snapshots snapshots_;
  QualityReport report_;
};

}  // namespace

bool QualityReport::passed() const { return std::ranges::all_of(reports, &quality::Report::passed); }
bool QualityReport::critical_passed() const {
  return std::ranges::all_of(reports, &quality::Report::critical_passed);
}

Result<std::vector<quality::Report>> check_rows(const Lake& lake, const PipelineOptions& options,
                                                const std::map<std::string, std::set<Date>>& dates) {
  return QualityRun(lake, options).run_over(dates);
}

Result<QualityReport> check_quality(const Lake& lake, const PipelineOptions& options) {
  return QualityRun(lake, options).run();
}

}  // namespace goldtape::lake
