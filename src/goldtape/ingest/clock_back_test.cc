// The machine's clock jumps back, between collections and in the middle of one.
#include <atomic>

#include <gtest/gtest.h>

#include "goldtape/ingest/collector_test_bench.h"
#include "goldtape/table/catalog.h"

namespace goldtape::ingest {
namespace {

using goldtape::testing::http_answer;
using goldtape::testing::ScriptedReply;
using std::chrono::days;
using std::chrono::hours;
using testing::Bench;
using testing::Said;

/// Answers with one bar of this close; with a Date header where one is given.
ScriptedReply said(double close, const std::string& date = {}) {
  return {http_answer("200 OK", testing::text_of({Said{.ticker = "AAPL", .minute = 1, .close = close}}),
                      date.empty() ? "" : "Date: " + date + "\r\n")};
}

/// Asks for AAPL's day again, whatever is known.
CollectReport ask_again(Bench& bench) {
  lake::Lake opened = bench.lake.open();
  const auto plan = plan_collection(bench.venue, calendar::xnys(), {}, Bench::spec({"AAPL"}, opened)).value();
  Chain chain;
  chain.request = plan.requests.at(0);
  chain.next = chain.request;
  auto report = collect(opened, bench.providers, bench.venue, {chain}, bench.options());
  EXPECT_TRUE(report) << report.error().to_string();
  return report ? *std::move(report) : CollectReport{};
}

double close_of(const Bench& bench) {
  const auto bars = bench.lake.bars("scripted");
  EXPECT_EQ(bars.size(), 1U);
  return bars.empty() ? 0 : std::get<2>(bars[0]);
}

void expect_snapshots_in_order(const Bench& bench) {
  const lake::Lake opened = bench.lake.open();
  const auto history = opened.catalog().load("bronze.bars").value().history();
  for (std::size_t i = 1; i < history.size(); ++i) {
    EXPECT_GE(history[i].timestamp_ms, history[i - 1].timestamp_ms) << "snapshot " << i;
  }
}

class BackBy : public ::testing::TestWithParam<std::chrono::minutes> {};
INSTANTIATE_TEST_SUITE_P(Clock, BackBy, ::testing::Values(hours(1), days(1), days(10)));

// Nothing says when the answers were given but the clock that ran back.
TEST_P(BackBy, AnUndatedCorrectionWaitsForTheClockAndIsWarnedOf) {
  std::atomic<double> close = 100;
  Bench bench([&](const std::string&) { return said(close); });
  EXPECT_EQ(ask_again(bench).warnings, std::vector<std::string>{});
  close = 101;
  bench.lake.clock->advance(-GetParam());
  const CollectReport behind = ask_again(bench);
  ASSERT_EQ(behind.warnings.size(), 1U);
  EXPECT_TRUE(behind.warnings[0].starts_with("GT6108: ")) << behind.warnings[0];
  EXPECT_EQ(close_of(bench), 100) << "observed earlier, by what is known";
  EXPECT_EQ(store::list_loads(bench.lake.open().database()).value().size(), 2U) << "and kept as evidence";
  expect_snapshots_in_order(bench);
  bench.lake.clock->advance(GetParam() + hours(1));
  EXPECT_EQ(ask_again(bench).warnings, std::vector<std::string>{});
  EXPECT_EQ(bench.lake.bars("scripted").size(), 1U);
  close = 102;
  bench.lake.clock->advance(hours(1));
  ask_again(bench);
  EXPECT_EQ(close_of(bench), 102);
  EXPECT_EQ(bench.lake.damage(), "");
}

// The venue's own Date decides while it is within a day of our clock.
TEST(ClockBack, ADatedCorrectionStands) {
  std::atomic<double> close = 100;
  std::atomic<const char*> date = "Fri, 01 Mar 2019 00:00:00 GMT";
  Bench bench([&](const std::string&) { return said(close, date.load()); });
  ask_again(bench);
  close = 101;
  date = "Fri, 01 Mar 2019 00:10:00 GMT";
  bench.lake.clock->advance(-hours(6));
  EXPECT_EQ(ask_again(bench).warnings.size(), 1U);
  EXPECT_EQ(close_of(bench), 101);
  EXPECT_EQ(bench.lake.revisions("scripted").size(), 1U);
  expect_snapshots_in_order(bench);
}

TEST(ClockBack, InTheMiddleOfACollectionNothingIsLostOrDoubled) {
  std::shared_ptr<io::ManualClock> clock;
  std::atomic<int> asked = 0;
  Bench bench([&](const std::string& request) {
    if (++asked == 3) clock->advance(-days(1));
    return ScriptedReply{
        http_answer("200 OK", testing::bars_of(testing::between(request, "tickers=", "& ")))};
  });
  clock = bench.lake.clock;
  for (int i = 0; i < 30; ++i) bench.tickers.push_back("T" + std::to_string(i));
  CollectOptions options = bench.options();
  options.max_loads_per_commit = 2;
  const CollectReport report = bench.run(options);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(bench.lake.bars("scripted").size(), 70U);
  EXPECT_EQ(bench.lake.count("bronze.revisions"), 0);
  expect_snapshots_in_order(bench);
  const CollectReport again = bench.run();
  EXPECT_EQ(again.fetched.requests, 0) << "what was asked is known, whatever the clock said";
  EXPECT_EQ(bench.lake.damage(), "");
}

}  // namespace
}  // namespace goldtape::ingest
