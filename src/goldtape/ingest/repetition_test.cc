// A venue that takes a correction back says the very bytes of before.
#include <atomic>

#include <gtest/gtest.h>

#include "goldtape/ingest/collector_test_bench.h"
#include "goldtape/ingest/rebuild_audit.h"
#include "goldtape/ingest/replay.h"

namespace goldtape::ingest {
namespace {

using goldtape::testing::http_answer;
using goldtape::testing::ScriptedReply;
using std::chrono::hours;
using testing::Bench;
using testing::Said;

ScriptedReply said(double close) {
  return {http_answer("200 OK", testing::text_of({Said{.ticker = "AAPL", .minute = 1, .close = close}}))};
}

/// Asks for AAPL's day an hour later, whatever is known; the statuses of the loads of that run.
std::vector<std::string> ask_again(Bench& bench) {
  bench.lake.clock->advance(hours(1));
  lake::Lake opened = bench.lake.open();
  const auto plan = plan_collection(bench.venue, calendar::xnys(), {}, Bench::spec({"AAPL"}, opened)).value();
  Chain chain;
  chain.request = plan.requests.at(0);
  chain.next = chain.request;
  const auto report = collect(opened, bench.providers, bench.venue, {chain}, bench.options());
  EXPECT_TRUE(report) << report.error().to_string();
  std::vector<std::string> statuses;
  for (const LoadOutcome& load : report->loads.loads) statuses.push_back(load.status);
  return statuses;
}

double close_of(const Bench& bench) {
  const auto bars = bench.lake.bars("scripted");
  EXPECT_EQ(bars.size(), 1U);
  return bars.empty() ? 0 : std::get<2>(bars[0]);
}

using Statuses = std::vector<std::string>;

TEST(Repetition, ACorrectionThatIsTakenBackIsTakenBack) {
  std::atomic<double> close = 100;
  Bench bench([&](const std::string&) { return said(close); });
  EXPECT_EQ(ask_again(bench), Statuses{"loaded"});
  EXPECT_EQ(ask_again(bench), Statuses{"already_loaded"});
  close = 101;
  EXPECT_EQ(ask_again(bench), Statuses{"loaded"});
  EXPECT_EQ(close_of(bench), 101);
  close = 100;
  EXPECT_EQ(ask_again(bench), Statuses{"loaded"});
  EXPECT_EQ(close_of(bench), 100);
  EXPECT_EQ(ask_again(bench), Statuses{"already_loaded"}) << "it stands, by its second load";
  close = 101;
  EXPECT_EQ(ask_again(bench), Statuses{"loaded"});
  EXPECT_EQ(close_of(bench), 101);
  EXPECT_EQ(bench.lake.revisions("scripted").size(), 3U);
  EXPECT_EQ(bench.lake.damage(), "");
}

TEST(Repetition, WhatWasTakenBackComesBackFromRawAlone) {
  std::atomic<double> close = 100;
  Bench bench([&](const std::string&) { return said(close); });
  for (const double now : {100.0, 101.0, 100.0}) {
    close = now;
    ask_again(bench);
  }
  testing::TestLake copy;
  const lake::Lake from = bench.lake.open();
  const lake::Lake into = copy.open();
  IngestOptions options;
  options.calendar = &calendar::xnys();
  const auto replayed = replay(from, into, bench.providers, options);
  ASSERT_TRUE(replayed) << replayed.error().to_string();
  EXPECT_EQ(replayed->answers, 3);
  EXPECT_EQ(copy.bars("scripted"), bench.lake.bars("scripted"));
  EXPECT_EQ(copy.revisions("scripted").size(), 2U);
}

TEST(Repetition, TheAuditOfWhatWasTakenBackIsRebuilt) {
  std::atomic<double> close = 100;
  Bench bench([&](const std::string&) { return said(close); });
  for (const double now : {100.0, 101.0, 100.0}) {
    close = now;
    ask_again(bench);
  }
  const auto ids = [&] {
    std::set<std::string> out;
    const lake::Lake opened = bench.lake.open();
    const auto loads = store::list_loads(opened.database()).value();
    for (const store::LoadAudit& load : loads) out.insert(load.load_id);
    return out;
  };
  const auto before = ids();
  ASSERT_EQ(before.size(), 3U);
  {
    const lake::Lake opened = bench.lake.open();
    ASSERT_TRUE(opened.database().execute("DELETE FROM load_audit"));
    const auto rebuilt = rebuild_audit(opened, bench.providers);
    ASSERT_TRUE(rebuilt) << rebuilt.error().to_string();
    EXPECT_EQ(rebuilt->rebuilt, 3);
  }
  EXPECT_EQ(ids(), before);
  EXPECT_EQ(ask_again(bench), Statuses{"already_loaded"});
}

}  // namespace
}  // namespace goldtape::ingest
