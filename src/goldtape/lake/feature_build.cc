#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <utility>

#include <arrow/api.h>

#include "goldtape/base/timezone.h"
#include "goldtape/feature/engine.h"
#include "goldtape/feature/marts.h"
#include "goldtape/lake/feature_build_internal.h"
#include "goldtape/lake/gold_partition.h"
#include "goldtape/lake/gold_tables.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake::internal {

namespace {

/// Silver rows held at once; their gold rows take about as much again twice over.
constexpr std::int64_t kMaxRowsInMemory = 400'000;

table::Expression date_filter(const PartitionDates& dates) {
  return table::greater_equal("date", table::literal(dates.first)) &&
         table::less_equal("date", table::literal(dates.last));
}

/// Rows of each security in a partition, by its id; reads that one column.
Result<std::vector<std::pair<std::int64_t, std::int64_t>>> count_by_security(const table::Table& table,
                                                                             const PartitionDates& dates) {
  std::map<std::int64_t, std::int64_t> counts;
  GT_ASSIGN(auto plan, table::plan_scan(table, {.filter = date_filter(dates), .columns = {"security_id"}}));
  if (plan.tasks.empty()) return std::vector<std::pair<std::int64_t, std::int64_t>>{};
  GT_ASSIGN(auto reader, table::open_reader(table, std::move(plan)));
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    const arrow::Status status = reader->ReadNext(&batch);
    if (!status.ok()) return fail(ErrorKind::kDamaged, 4025, status.message(), table.name().to_string());
    if (!batch) break;
    ColumnReader in(*batch);
    const auto* security_id = in.get<arrow::Int64Array>("security_id");
    if (!in.missing().empty()) return damaged("silver", in.missing());
    for (std::int64_t i = 0; i < batch->num_rows(); ++i) ++counts[security_id->Value(i)];
  }
  return std::vector<std::pair<std::int64_t, std::int64_t>>(counts.begin(), counts.end());
}

/// Silver rows of the changed securities in a range of ids, sorted by (security_id, time).
template <typename Row>
Result<std::vector<Row>> read_rows(const table::Table& table, const PartitionDates& dates,
                                   const SecurityRange& range, const Changes& changes, SilverNames& names) {
  table::Expression filter = date_filter(dates) &&
                             table::greater_equal("security_id", table::Literal{range.first}) &&
                             table::less_equal("security_id", table::Literal{range.last});
  constexpr std::size_t kMaxNamed = 200;
  if (changes.changed_from && changes.changed_from->size() <= kMaxNamed) {
    std::vector<table::Literal> ids;
    for (const auto& [id, date] : *changes.changed_from) ids.emplace_back(id);
    filter = filter && table::in("security_id", std::move(ids));
  }
  GT_ASSIGN(auto stored, table::read(table, {.filter = filter}));
  std::vector<Row> rows;
  GT_RETURN_IF_ERROR(append(*stored, names, rows));
  std::erase_if(rows, [&](const Row& row) { return !changes.contains(row.security_id); });
  std::ranges::sort(rows, {}, [](const Row& row) {
    if constexpr (requires { row.ts_us; }) {
      return std::pair{row.security_id, row.ts_us};
    } else {
      return std::pair{row.security_id, std::int64_t{row.date_days}};
    }
  });
  return rows;
}

void write_features(const feature::FeatureRow& values, RowWriter& out) {
  for (double value : values) out.f64(value);
}

/// The rows of one range on their way into a gold table.
class GoldRows {
 public:
  explicit GoldRows(const char* name) : name_(name) {}
  Status start(std::size_t rows) {
    GT_ASSIGN(const model::TableDef* def, find_table(name_));
    writer_ = std::make_unique<RowWriter>(*def, rows);
    return {};
  }
  RowWriter& operator*() { return *writer_; }
  [[nodiscard]] Result<std::shared_ptr<arrow::Table>> finish() { return writer_->finish(); }
  [[nodiscard]] const char* name() const { return name_; }

 private:
  const char* name_;
  std::unique_ptr<RowWriter> writer_;
};

/// One session's minutes of one security in columns, on the split-adjusted basis.
struct SessionColumns {
  std::vector<std::int64_t> ts_us;
  std::vector<std::int32_t> date_days, hour;
  std::vector<double> open, high, low, close, volume, vwap;
  std::vector<std::uint8_t> priced, traded;

  void clear() {
    ts_us.clear();
    date_days.clear();
    hour.clear();
    for (auto* column : {&open, &high, &low, &close, &volume, &vwap}) column->clear();
    priced.clear();
    traded.clear();
  }
  void add(const SilverMinute& row, double factor, std::int32_t local_hour) {
    ts_us.push_back(row.ts_us);
    date_days.push_back(row.date_days);
    hour.push_back(local_hour);
    open.push_back(from_fixed(row.open, kPriceScale) * factor);
    high.push_back(from_fixed(row.high, kPriceScale) * factor);
    low.push_back(from_fixed(row.low, kPriceScale) * factor);
    close.push_back(from_fixed(row.close, kPriceScale) * factor);
    volume.push_back(static_cast<double>(row.volume) / factor);
    vwap.push_back(from_fixed(row.vwap, kVwapScale) * factor);
    priced.push_back(row.close == kNull ? 0 : 1);
    traded.push_back(row.fill == model::Fill::kTraded ? 1 : 0);
  }
  [[nodiscard]] feature::BarColumns bars() const {
    return {ts_us, date_days, open, high, low, close, volume, vwap, priced};
  }
};

/// Features and marts of minutes. The states of the changed securities live across months.
class MinuteBuilder {
 public:
  MinuteBuilder(const FeatureInputs& in, const Changes& changes, FeatureOutputs& out, TimeZone zone)
      : in_(in),
        changes_(changes),
        out_(out),
        zone_(std::move(zone)),
        silver_(in.tables->at("silver.bars_1m")) {
    for (GoldRows& rows : gold_) {
      planned_.push_back({.table = in.tables->at(rows.name()), .rewrite = {}, .planned_from = {}});
    }
  }

  Status run() {
    const Status status = try_run();
    if (!status) {
      discard(planned_);
      return status;
    }
    for (TableChange& change : planned_) {
      if (!change.rewrite.empty()) out_.changes.push_back(std::move(change));
    }
    out_.securities += std::ssize(states_);
    return {};
  }

 private:
  struct State {
    feature::SecurityState features;
    double previous_close = std::numeric_limits<double>::quiet_NaN();
  };

  Status try_run() {
    std::vector<const table::Table*> tables{&silver_};
    for (const TableChange& change : planned_) tables.push_back(&change.table);
    GT_ASSIGN(const auto months, partitions_of(tables, true));
    std::int64_t done = 0;
    for (const PartitionDates& month : months) {
      in_.options->report("features 1m", done++, std::ssize(months));
      GT_RETURN_IF_ERROR(build_month(month));
    }
    return {};
  }

  [[nodiscard]] bool writes(const PartitionDates& month) const {
    if (!changes_.changed_from) return true;
    return std::ranges::any_of(*changes_.changed_from,
                               [&](const auto& entry) { return entry.second <= month.last; });
  }

  Status build_month(const PartitionDates& month) {
    const bool write = writes(month);
    std::vector<std::unique_ptr<GoldPartition>> partitions;
    for (const TableChange& change : planned_) {
      partitions.push_back(std::make_unique<GoldPartition>(change.table, month.first, month.last));
    }
    GT_ASSIGN(const auto counts, count_by_security(silver_, month));
    for (const SecurityRange& range : split_securities(counts, kMaxRowsInMemory)) {
      GT_ASSIGN(const auto rows, read_rows<SilverMinute>(silver_, month, range, changes_, names_));
      out_.bars_read += std::ssize(rows);
      for (GoldRows& gold : gold_) GT_RETURN_IF_ERROR(gold.start(write ? rows.size() : 0));
      take(rows, month);
      if (!write) continue;
      for (std::size_t i = 0; i < gold_.size(); ++i) {
        GT_ASSIGN(auto table, gold_[i].finish());
        GT_RETURN_IF_ERROR(partitions[i]->replace(
            range, [&](std::int64_t id) { return changes_.reaches(id, month.last); }, table));
      }
    }
    for (std::size_t i = 0; write && i < gold_.size(); ++i) {
      GT_ASSIGN(const std::int64_t written, partitions[i]->finish(planned_[i].rewrite));
      out_.rows_written += written;
    }
    return {};
  }

  void take(std::span<const SilverMinute> rows, const PartitionDates& month) {
    for (std::size_t begin = 0; begin < rows.size();) {
      std::size_t end = begin + 1;
      while (end < rows.size() && rows[end].security_id == rows[begin].security_id &&
             rows[end].date_days == rows[begin].date_days) {
        ++end;
      }
      take_session(rows.subspan(begin, end - begin), changes_.reaches(rows[begin].security_id, month.last));
      begin = end;
    }
  }

  void take_session(std::span<const SilverMinute> rows, bool write) {
    const SilverMinute& first = rows.front();
    State& state = states_[first.security_id];
    const double factor = factor_of(first);
    session_.clear();
    for (const SilverMinute& row : rows) session_.add(row, factor, hour_of(row));
    const feature::BarColumns bars = session_.bars();
    feature::FeatureRow values{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      state.features.update(bars.row(i), values);
      if (!write) continue;
      RowWriter& out = *gold_[kFeatures];
      write_key(rows[i], out, true);
      write_features(values, out);
    }
    if (write) write_marts(first, state);
    for (std::size_t i = rows.size(); i-- > 0;) {
      if (session_.priced[i] == 0) continue;
      state.previous_close = session_.close[i];
      break;
    }
  }

  [[nodiscard]] double factor_of(const SilverMinute& row) const {
    auto found = in_.splits->find(row.security_id);
    return found == in_.splits->end() ? 1 : found->second.at(from_days(row.date_days)).split;
  }

  [[nodiscard]] std::int32_t hour_of(const SilverMinute& row) const {
    const auto local = zone_.to_local(from_micros(row.ts_us));
    const auto of_day = local - std::chrono::floor<std::chrono::days>(local);
    return static_cast<std::int32_t>(of_day / std::chrono::hours{1});
  }

  void write_key(const SilverMinute& row, RowWriter& out, bool with_time) const {
    out.i64(row.security_id);
    out.name(names_.tickers, row.ticker);
    if (with_time) out.time(row.ts_us);
    out.date(row.date_days);
  }

  void write_marts(const SilverMinute& first, const State& state) {
    const auto* calendar_session = in_.options->calendar->find_session(from_days(first.date_days));
    const feature::SessionBars session{
        .bars = session_.bars(),
        .traded = session_.traded,
        .hour = session_.hour,
        .session_minutes =
            calendar_session ? calendar_session->minutes() : static_cast<std::int32_t>(session_.ts_us.size()),
        .previous_close = state.previous_close};
    for (const feature::HourVolatility& hour : feature::volatility_by_hour(session)) {
      RowWriter& out = *gold_[kVolatility];
      write_key(first, out, false);
      out.i32(hour.hour);
      out.i32(hour.returns);
      for (double value : {hour.realized_volatility, hour.mean_absolute_return, hour.volume}) out.f64(value);
    }
    write_liquidity(first, feature::liquidity(session));
    write_summary(first, feature::daily_summary(session));
  }

  void write_liquidity(const SilverMinute& first, const feature::Liquidity& mart) {
    RowWriter& out = *gold_[kLiquidity];
    write_key(first, out, false);
    out.i32(mart.traded_minutes);
    out.i32(mart.session_minutes);
    for (double value : {mart.traded_share, mart.volume, mart.dollar_volume, mart.median_volume})
      out.f64(value);
    out.i32(mart.longest_gap);
    out.f64(mart.amihud);
  }

  void write_summary(const SilverMinute& first, const feature::DailySummary& mart) {
    RowWriter& out = *gold_[kSummary];
    write_key(first, out, false);
    for (double value : {mart.open, mart.high, mart.low, mart.close, mart.vwap, mart.volume,
                         mart.session_return, mart.gap, mart.range, mart.realized_volatility}) {
      out.f64(value);
    }
    out.i32(mart.first_traded_minute);
    out.i32(mart.last_traded_minute);
    out.i32(mart.filled_minutes);
  }

  enum : std::size_t { kFeatures, kVolatility, kLiquidity, kSummary };

  const FeatureInputs& in_;
  const Changes& changes_;
  FeatureOutputs& out_;
  TimeZone zone_;
  const table::Table& silver_;
  std::array<GoldRows, 4> gold_{GoldRows{"gold.features_1m"}, GoldRows{"gold.volatility_by_hour"},
                                GoldRows{"gold.liquidity"}, GoldRows{"gold.daily_summary"}};
  std::vector<TableChange> planned_;
  SilverNames names_;
  std::map<std::int64_t, State> states_;
  SessionColumns session_;
};

/// Features of days.
class DayBuilder {
 public:
  DayBuilder(const FeatureInputs& in, const Changes& changes, FeatureOutputs& out)
      : in_(in),
        changes_(changes),
        out_(out),
        silver_(in.tables->at("silver.bars_1d")),
        planned_{.table = in.tables->at("gold.features_1d"), .rewrite = {}, .planned_from = {}} {}

  Status run() {
    const Status status = try_run();
    if (!status) {
      table::discard(planned_.table, planned_.rewrite);
      return status;
    }
    if (!planned_.rewrite.empty()) out_.changes.push_back(std::move(planned_));
    out_.securities += std::ssize(states_);
    return {};
  }

 private:
  Status try_run() {
    GT_ASSIGN(const auto years, partitions_of({&silver_, &planned_.table}, false));
    std::int64_t done = 0;
    for (const PartitionDates& year : years) {
      in_.options->report("features 1d", done++, std::ssize(years));
      GT_RETURN_IF_ERROR(build_year(year));
    }
    return {};
  }

  Status build_year(const PartitionDates& year) {
    GoldPartition partition(planned_.table, year.first, year.last);
    GT_ASSIGN(const auto counts, count_by_security(silver_, year));
    for (const SecurityRange& range : split_securities(counts, kMaxRowsInMemory)) {
      GT_ASSIGN(const auto rows, read_rows<SilverDay>(silver_, year, range, changes_, names_));
      out_.bars_read += std::ssize(rows);
      GoldRows gold("gold.features_1d");
      GT_RETURN_IF_ERROR(gold.start(rows.size()));
      for (const SilverDay& row : rows) take(row, changes_.reaches(row.security_id, year.last), *gold);
      GT_ASSIGN(auto table, gold.finish());
      GT_RETURN_IF_ERROR(
          partition.replace(range, [&](std::int64_t id) { return changes_.reaches(id, year.last); }, table));
    }
    GT_ASSIGN(const std::int64_t written, partition.finish(planned_.rewrite));
    out_.rows_written += written;
    return {};
  }

  void take(const SilverDay& row, bool write, RowWriter& out) {
    const double factor = row.split_factor * row.dividend_factor;
    const feature::BarInput bar{.ts_us = to_micros(from_days(row.date_days)),
                                .date_days = row.date_days,
                                .open = from_fixed(row.open, kPriceScale) * factor,
                                .high = from_fixed(row.high, kPriceScale) * factor,
                                .low = from_fixed(row.low, kPriceScale) * factor,
                                .close = from_fixed(row.close, kPriceScale) * factor,
                                .volume = static_cast<double>(row.volume) / row.split_factor,
                                .vwap = from_fixed(row.vwap, kVwapScale) * factor};
    feature::FeatureRow values{};
    states_[row.security_id].update(bar, values);
    if (!write) return;
    out.i64(row.security_id);
    out.name(names_.tickers, row.ticker);
    out.date(row.date_days);
    write_features(values, out);
  }

  const FeatureInputs& in_;
  const Changes& changes_;
  FeatureOutputs& out_;
  const table::Table& silver_;
  TableChange planned_;
  SilverNames names_;
  std::map<std::int64_t, feature::SecurityState> states_;
};

}  // namespace

Result<std::vector<PartitionDates>> partitions_of(const std::vector<const table::Table*>& tables,
                                                  bool by_month) {
  std::set<PartitionDates> out;
  for (const table::Table* table : tables) {
    GT_ASSIGN(const auto plan, table::plan_scan(*table, {}));
    for (const table::ScanTask& task : plan.tasks) {
      const auto* ordinal =
          task.file.partition.empty() ? nullptr : std::get_if<std::int32_t>(&task.file.partition[0]);
      if (!ordinal) return damaged("silver", "a file outside the partitions");
      const std::chrono::year_month epoch{std::chrono::year{1970}, std::chrono::January};
      const auto first = epoch + std::chrono::months{by_month ? *ordinal : 12 * *ordinal};
      const auto last = by_month ? first : first + std::chrono::months{11};
      out.insert({Date{first / 1}, Date{last / std::chrono::last}});
    }
  }
  return std::vector<PartitionDates>(out.begin(), out.end());
}

Status build_minutes(const FeatureInputs& in, const Changes& changes, FeatureOutputs& out) {
  if (changes.empty()) return {};
  GT_ASSIGN(TimeZone zone, TimeZone::new_york());
  return MinuteBuilder(in, changes, out, std::move(zone)).run();
}

Status build_days(const FeatureInputs& in, const Changes& changes, FeatureOutputs& out) {
  if (changes.empty()) return {};
  return DayBuilder(in, changes, out).run();
}

}  // namespace goldtape::lake::internal
