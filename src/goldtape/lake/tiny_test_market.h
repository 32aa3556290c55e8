// A small lake of hand-made bars, for the tests of the steps after bronze.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/bar_rows.h"
#include "goldtape/lake/gold_tables.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/pipeline_options.h"
#include "goldtape/lake/reference_rows.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/scan.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::lake {

/// Fails the test and returns the value anyway (undefined then).
#define GT_TEST_ASSIGN(declaration, expr)                                             \
  auto GOLDTAPE_CONCAT(tested_, __LINE__) = (expr);                                   \
  if (!GOLDTAPE_CONCAT(tested_, __LINE__))                                            \
    throw std::runtime_error(GOLDTAPE_CONCAT(tested_, __LINE__).error().to_string()); \
  declaration = *std::move(GOLDTAPE_CONCAT(tested_, __LINE__))

inline void test_ok(const Status& status) {
  if (!status) throw std::runtime_error(status.error().to_string());
}

class TinyMarket {
 public:
  explicit TinyMarket(Timestamp now = Timestamp{Date{std::chrono::year{2024} / 1 / 2}})
      : clock(std::make_shared<io::ManualClock>(now)) {
    const LakeOptions options{
        .filesystem = {}, .clock = clock, .lock_timeout = std::chrono::milliseconds{1000}};
    GT_TEST_ASSIGN(const auto made, Lake::create(directory_ / "lake", options));
    GT_TEST_ASSIGN(auto opened, Lake::open(directory_ / "lake", options));
    lake_ = std::make_unique<Lake>(std::move(opened));
  }

  [[nodiscard]] const Lake& lake() const { return *lake_; }
  [[nodiscard]] PipelineOptions options() const {
    PipelineOptions out;
    out.run_id = "test";
    out.calendar = &calendar::xnys();
    out.preferred_sources = preferred;
    return out;
  }

  [[nodiscard]] table::Table table(std::string_view name) const {
    GT_TEST_ASSIGN(auto loaded, lake_->catalog().load(name));
    return loaded;
  }

  /// Appends rows to bronze.bars as they are; `wide` chooses the spec. Prices `raw` unless `basis` says so.
  void put_bars(const std::string& source, model::Interval interval, const std::vector<model::Bar>& bars,
                bool wide = false, model::PriceBasis basis = model::PriceBasis::kRaw, Date basis_as_of = {}) {
    FoldNames fold_names;
    std::vector<BronzeBar> rows;
    for (const model::Bar& bar : bars) {
      BronzeBar row;
      row.ticker = fold_names.tickers.intern(bar.ticker);
      row.load = fold_names.loads.intern("load-of-" + source);
      row.date_days = to_days(bar.date);
      row.session = bar.session;
      row.basis = basis;
      if (basis != model::PriceBasis::kRaw) row.basis_as_of_days = to_days(basis_as_of);
      row.ts_us = to_micros(bar.ts);
      row.content = {bar.open,   bar.high, bar.low,         bar.close,
                     bar.volume, bar.vwap, bar.trade_count, bar.adj_close};
      rows.push_back(row);
    }
    std::vector<const BronzeBar*> each;
    for (const BronzeBar& row : rows) each.push_back(&row);
    GT_TEST_ASSIGN(auto arrow_rows, bars_table(source, interval, each, fold_names));
    append("bronze.bars", arrow_rows,
           wide ? std::vector<std::string>{"interval", "date"}
                : std::vector<std::string>{"interval", "ticker", "date"});
  }

  void remove_bars(const table::Expression& filter) {
    const table::Table bars = table("bronze.bars");
    GT_TEST_ASSIGN(auto rewrite, table::plan_delete(bars, filter));
    table::Commit commit(lake_->catalog());
    commit.replace(bars, rewrite.removed, rewrite.added);
    GT_TEST_ASSIGN(const auto done, commit.run());
  }

  void put_actions(const std::vector<model::CorporateAction>& actions, const std::string& source = "test") {
    GT_TEST_ASSIGN(const model::TableDef* def, find_table("bronze.corporate_actions"));
    TableBuilder out(*def);
    for (const model::CorporateAction& action : actions) {
      out.text(source);
      out.text(action.ticker);
      out.date(to_days(action.ex_date));
      out.text(to_string(action.type));
      out.number(action.value);
      out.text_or_null(action.currency);
      out.text_or_null(action.new_ticker);
      out.text_or_null(action.description);
      out.time(0);
      out.time(0);
      out.time(0);
      out.text("load-of-actions");
      const auto& basis = action.basis_as_of;
      out.date_or_null(basis ? std::optional(to_days(*basis)) : std::nullopt);
    }
    GT_TEST_ASSIGN(auto rows, out.finish());
    append("bronze.corporate_actions", rows, {});
  }

  [[nodiscard]] std::vector<SilverMinute> minutes() {
    std::vector<SilverMinute> rows;
    GT_TEST_ASSIGN(auto stored, table::read(table("silver.bars_1m")));
    test_ok(lake::append(*stored, names, rows));
    std::ranges::sort(rows, {},
                      [](const SilverMinute& row) { return std::pair{row.security_id, row.ts_us}; });
    return rows;
  }
  [[nodiscard]] std::vector<SilverDay> days() {
    std::vector<SilverDay> rows;
    GT_TEST_ASSIGN(auto stored, table::read(table("silver.bars_1d")));
    test_ok(lake::append(*stored, names, rows));
    std::ranges::sort(rows, {},
                      [](const SilverDay& row) { return std::pair{row.security_id, row.date_days}; });
    return rows;
  }
  [[nodiscard]] std::vector<SecurityAction> actions() const {
    GT_TEST_ASSIGN(auto stored, table::read(table("reference.corporate_actions")));
    GT_TEST_ASSIGN(auto rows, actions_from_arrow(*stored));
    return rows;
  }
  /// All rows of a table as sorted texts.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name,
                                               const std::set<std::string>& without = {}) const {
    GT_TEST_ASSIGN(auto stored, table::read(table(name)));
    std::vector<std::string> rows(static_cast<std::size_t>(stored->num_rows()));
    for (int column = 0; column < stored->num_columns(); ++column) {
      if (without.contains(stored->field(column)->name())) continue;
      std::size_t row = 0;
      for (const auto& chunk : stored->column(column)->chunks()) {
        for (std::int64_t i = 0; i < chunk->length(); ++i)
          rows[row++] += (*chunk->GetScalar(i))->ToString() + "|";
      }
    }
    std::ranges::sort(rows);
    return rows;
  }
  /// Current snapshots of all tables.
  [[nodiscard]] std::map<std::string, std::optional<std::int64_t>> snapshots() const {
    std::map<std::string, std::optional<std::int64_t>> out;
    for (const model::TableDef& def : all_tables()) {
      out[def.qualified_name()] = table(def.qualified_name()).current_snapshot_id();
    }
    return out;
  }

  std::shared_ptr<io::ManualClock> clock;
  std::vector<std::string> preferred;
  SilverNames names;

 private:
  void append(std::string_view name, const std::shared_ptr<arrow::Table>& rows,
              const std::vector<std::string>& spec) {
    const table::Table target = table(name);
    const table::PartitionSpec* chosen = target.metadata().find_spec_by_columns(spec);
    ASSERT_NE(chosen, nullptr);
    table::DataWriter writer(target, {.spec_id = chosen->spec_id});
    GT_TEST_ASSIGN(const auto files, writer.write(rows));
    table::Commit commit(lake_->catalog());
    commit.append(target, files);
    GT_TEST_ASSIGN(const auto done, commit.run());
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<Lake> lake_;
};

/// A minute bar of a session; prices around `close`.
inline model::Bar minute_bar(const std::string& ticker, Date date, int minute, double close,
                             std::int64_t volume = 100) {
  const calendar::Session* session = calendar::xnys().find_session(date);
  model::Bar bar;
  bar.ticker = ticker;
  bar.date = date;
  bar.ts =
      (session ? session->open : Timestamp{date} + std::chrono::hours{15}) + std::chrono::minutes{minute};
  bar.open = close;
  bar.high = close + 0.5;
  bar.low = close - 0.5;
  bar.close = close;
  bar.volume = volume;
  return bar;
}

inline model::Bar day_bar(const std::string& ticker, Date date, double close, std::int64_t volume = 1000) {
  model::Bar bar = minute_bar(ticker, date, 0, close, volume);
  bar.ts = Timestamp{date};
  return bar;
}

}  // namespace goldtape::lake
