#include "goldtape/lake/bar_runs.h"

#include <arrow/api.h>
#include <arrow/compute/cast.h>
#include <gtest/gtest.h>

#include "goldtape/lake/bar_rows.h"
#include "goldtape/lake/bar_run_rows.h"

namespace goldtape::lake {
namespace {

constexpr std::int64_t kNow = 5'000;

struct Said {
  std::string ticker;
  std::int64_t minute = 0;
  std::int32_t day = 0;
};

/// A load of these bars in this order; `refused` are left out.
BarLoad load_of(std::string id, const std::vector<Said>& bars, const std::set<std::uint32_t>& refused = {}) {
  model::BarBatch batch;
  batch.origin.source = "test";
  for (const Said& said : bars) {
    const double price = static_cast<double>(said.minute) + 1;
    batch.append({.ticker = said.ticker,
                  .ts = from_micros(said.minute * 60'000'000),
                  .date = from_days(said.day),
                  .open = price,
                  .high = price + 1,
                  .low = price / 2,
                  .close = price,
                  .volume = said.minute},
                 1);
  }
  return make_bar_load(std::move(id), from_micros(77), std::move(batch), refused);
}

struct Runs {
  FoldNames names;
  std::vector<BarRun> runs;
  std::vector<LoadNames> loads;

  void add(const BarLoad& load) {
    loads.push_back(names_of(load, names));
    append_runs(load, loads.back(), static_cast<std::uint32_t>(loads.size()), runs);
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> starts() const {
    std::vector<std::pair<std::string, std::int64_t>> out;
    for (const BarRun& run : runs) out.emplace_back(names.tickers[run.ticker], run.first_us() / 60'000'000);
    return out;
  }
};

using Starts = std::vector<std::pair<std::string, std::int64_t>>;

TEST(BarRuns, EndWhereTheTickerChangesOrTimeStepsBack) {
  const BarLoad load = load_of("l", {{"B", 1}, {"B", 2}, {"A", 3}, {"A", 4}, {"A", 1}});
  Runs runs;
  runs.add(load);
  EXPECT_EQ(runs.starts(), (Starts{{"B", 1}, {"A", 3}, {"A", 1}}));
}

TEST(BarRuns, StretchesOfADateAreToldApart) {
  const BarLoad load = load_of("l", {{"A", 1, 10}, {"A", 2, 10}, {"A", 3, 11}, {"A", 4, 10}});
  Runs runs;
  runs.add(load);
  ASSERT_EQ(runs.runs.size(), 1U);
  std::vector<std::pair<std::int32_t, std::size_t>> dates;
  for_each_date(runs.runs[0],
                [&](const BarRun& part, std::int32_t date) { dates.emplace_back(date, part.size()); });
  EXPECT_EQ(dates, (std::vector<std::pair<std::int32_t, std::size_t>>{{10, 2}, {11, 1}, {10, 1}}));
}

TEST(BarRuns, PartsOfOneRunAreOneAgain) {
  const BarLoad load = load_of("l", {{"A", 1, 10}, {"A", 2, 11}, {"A", 3, 12}, {"B", 9, 12}, {"B", 1, 12}});
  Runs runs;
  runs.add(load);
  Runs again{.names = runs.names, .runs = {}, .loads = runs.loads};
  for (const BarRun& run : runs.runs)
    for_each_date(run, [&](const BarRun& part, std::int32_t) { append_part(part, again.runs); });
  EXPECT_EQ(again.starts(), (Starts{{"A", 1}, {"B", 9}, {"B", 1}}));
}

TEST(BarRuns, ThoseThatMeetAreContested) {
  const BarLoad long_one = load_of("l1", {{"A", 1}, {"A", 9}});
  const BarLoad within = load_of("l2", {{"A", 3}, {"A", 4}});
  const BarLoad later_within = load_of("l3", {{"A", 9}, {"B", 3}});
  const BarLoad apart = load_of("l4", {{"A", 10}, {"A", 20}});
  Runs runs;
  for (const BarLoad* load : {&apart, &within, &long_one, &later_within}) runs.add(*load);
  const auto contested = take_contested(runs.runs, {}, runs.names);
  EXPECT_EQ(contested.size(), 3U);
  EXPECT_EQ(runs.starts(), (Starts{{"A", 10}, {"B", 3}}));
}

TEST(BarRuns, ABarOfTheirTimeContestsThem) {
  const BarLoad load = load_of("l", {{"B", 1}, {"B", 5}, {"A", 1}, {"A", 5}, {"C", 1}});
  const auto left_by = [&](std::string_view ticker, std::int64_t minute) {
    Runs runs;
    runs.add(load);
    BronzeBar bar;
    bar.ticker = runs.names.tickers.intern(ticker);
    bar.ts_us = minute * 60'000'000;
    (void)take_contested(runs.runs, {&bar, 1}, runs.names);
    return runs.starts();
  };
  EXPECT_EQ(left_by("B", 3), (Starts{{"A", 1}, {"C", 1}}));
  EXPECT_EQ(left_by("B", 6), (Starts{{"A", 1}, {"B", 1}, {"C", 1}}));
  EXPECT_EQ(left_by("B", 0), (Starts{{"A", 1}, {"B", 1}, {"C", 1}}));
  EXPECT_EQ(left_by("D", 3), (Starts{{"A", 1}, {"B", 1}, {"C", 1}}));
}

std::shared_ptr<arrow::Table> without_dictionaries(std::shared_ptr<arrow::Table> rows) {
  for (int i = 0; i < rows->num_columns(); ++i) {
    if (rows->column(i)->type()->id() != arrow::Type::DICTIONARY) continue;
    const auto plain = arrow::compute::Cast(rows->column(i), arrow::utf8()).ValueOrDie().chunked_array();
    rows = rows->SetColumn(i, rows->schema()->field(i)->WithType(arrow::utf8()), plain).ValueOrDie();
  }
  return rows;
}

/// Their rows by columns are those that the fold's bars give one by one.
void expect_rows_as_by_the_fold(const Runs& runs) {
  std::vector<BronzeBar> bars;
  for (const BarRun& run : runs.runs) {
    for (std::size_t i = run.first; i < run.end; ++i)
      bars.push_back(bar_of(*run.load, run.row(i), runs.loads[run.sequence - 1], kNow));
  }
  std::vector<const BronzeBar*> pointers;
  for (const BronzeBar& bar : bars) pointers.push_back(&bar);
  const auto expected = bars_table("test", model::Interval::k1m, pointers, runs.names);
  const auto source = runs_source("test", model::Interval::k1m, runs.runs, runs.names, kNow);
  ASSERT_TRUE(expected.has_value());
  ASSERT_EQ(source.rows, (*expected)->num_rows());
  for (std::int64_t some = 1; some <= source.rows; ++some) {  // In pieces of any size.
    for (std::int64_t first = 0; first < source.rows; first += some) {
      const auto rows = source.take(first, std::min(some, source.rows - first));
      ASSERT_TRUE(rows.has_value() && (*rows)->ValidateFull().ok());
      const auto plain = without_dictionaries(*rows);
      EXPECT_TRUE(plain->Equals(*(*expected)->Slice(first, some))) << plain->ToString();
    }
  }
}

TEST(BarRuns, RowsAreThoseOfTheFold) {
  const BarLoad plain = load_of("l1", {{"B", 1}, {"B", 2}, {"A", 3}});
  Runs runs;
  runs.add(plain);
  expect_rows_as_by_the_fold(runs);
}

TEST(BarRuns, RowsOfUnlikeLoadsAreThoseOfTheFold) {
  BarLoad full = load_of("l2", {{"C", 1}, {"C", 2}, {"C", 3}, {"C", 4}}, {2});
  full.bars.origin.basis = model::PriceBasis::kSplitAdjusted;
  full.bars.origin.basis_as_of = from_days(9);
  full.bars.vwap[1] = 2.5;
  full.bars.trade_count[3] = 7;
  full.bars.adj_close[0] = 0.5;
  full.bars.session[0] = model::SessionPart::kPre;
  full.bars.session[3] = model::SessionPart::kPost;
  const BarLoad plain = load_of("l1", {{"A", 1}, {"A", 2}});
  Runs runs;
  runs.add(full);
  runs.add(plain);
  expect_rows_as_by_the_fold(runs);
}

}  // namespace
}  // namespace goldtape::lake
