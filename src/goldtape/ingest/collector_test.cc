#include "goldtape/ingest/collector.h"

#include <atomic>
#include <mutex>

#include <gtest/gtest.h>

#include "goldtape/ingest/collector_test_bench.h"
#include "goldtape/ingest/load_status.h"

namespace goldtape::ingest {
namespace {

using goldtape::testing::http_answer;
using goldtape::testing::ScriptedReply;
using testing::bars_of;
using testing::Bench;
using testing::between;
using testing::Said;

TEST(Collector, BringsBarsToBronze) {
  Bench bench([](const std::string& request) {
    return ScriptedReply{http_answer("200 OK", bars_of(between(request, "tickers=", "& ")))};
  });
  const CollectReport report = bench.run();
  EXPECT_EQ(report.tickers, 5);
  EXPECT_EQ(report.success_share(), 1);
  EXPECT_EQ(bench.lake.bars("scripted").size(), 10U);
  EXPECT_EQ(report.fetched.requests, 2);
  EXPECT_EQ(bench.lake.damage(), "");
}

TEST(Collector, AsksForNothingTwice) {
  Bench bench([](const std::string& request) {
    return ScriptedReply{http_answer("200 OK", bars_of(between(request, "tickers=", "& ")))};
  });
  bench.run();
  const CollectReport again = bench.run();
  EXPECT_EQ(again.fetched.requests, 0);
  EXPECT_EQ(bench.server.requests().size(), 2U);
}

TEST(Collector, FollowsPagesAndCommitsThemTogether) {
  Bench bench([](const std::string& request) {
    const std::string page = between(request, "page_token=", " ");
    std::string body =
        testing::text_of({Said{.ticker = "AAPL", .minute = page.empty() ? 0 : std::stoi(page)}});
    if (page != "3") body += "next " + std::to_string(page.empty() ? 1 : std::stoi(page) + 1) + "\n";
    return ScriptedReply{http_answer("200 OK", body)};
  });
  bench.tickers = {"AAPL"};
  const CollectReport report = bench.run();
  EXPECT_EQ(report.fetched.requests, 4);
  EXPECT_EQ(report.loads.commits, 1);
  EXPECT_EQ(bench.lake.bars("scripted").size(), 4U);
}

TEST(Collector, OneUnknownSymbolDoesNotStopTheOthers) {
  Bench bench([](const std::string& request) {
    const std::string tickers = between(request, "tickers=", "& ");
    if (tickers.find("NVDA") != std::string::npos) {
      return ScriptedReply{
          http_answer("404 Not Found", "{\"message\":\"no NVDA\"}", "Content-Type: application/json\r\n")};
    }
    return ScriptedReply{http_answer("200 OK", bars_of(tickers))};
  });
  const CollectReport report = bench.run();
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].ticker, "NVDA");
  EXPECT_EQ(report.failures[0].status, "not_found");
  EXPECT_NE(report.failures[0].error.message.find("no NVDA"), std::string::npos);
  EXPECT_DOUBLE_EQ(report.success_share(), 0.8);
  EXPECT_EQ(bench.lake.bars("scripted").size(), 8U);
  const std::size_t asked = bench.server.requests().size();
  bench.run();
  EXPECT_EQ(bench.server.requests().size(), asked) << "what is not there is not asked for again";
  EXPECT_EQ(bench.lake.damage(), "");
}

TEST(Collector, TriesAgainAfterTrouble) {
  std::atomic<int> count = 0;
  Bench bench([&](const std::string& request) {
    switch (++count) {
      case 1: return ScriptedReply{http_answer("429 Too Many Requests", "", "Retry-After: 0\r\n")};
      case 2: return ScriptedReply{http_answer("503 Unavailable", "")};
      case 3: return ScriptedReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nha", .close = true};
      case 4:
        return ScriptedReply{
            http_answer("200 OK", "<html>a login page</html>", "Content-Type: text/html\r\n")};
      default: return ScriptedReply{http_answer("200 OK", bars_of(between(request, "tickers=", "& ")))};
    }
  });
  const CollectReport report = bench.run();
  EXPECT_TRUE(report.failures.empty()) << report.failures[0].error.to_string();
  EXPECT_EQ(report.fetched.retries, 4);
  EXPECT_EQ(bench.lake.bars("scripted").size(), 10U);
}

TEST(Collector, RevokedKeysEndTheRunWithoutAskingOn) {
  Bench bench([](const std::string&) {
    return ScriptedReply{.bytes = http_answer("401 Unauthorized", "{\"message\":\"key revoked\"}"),
                         .delay = std::chrono::milliseconds(50)};
  });
  for (int i = 0; i < 60; ++i) bench.tickers.push_back("T" + std::to_string(i));
  const CollectReport report = bench.run();
  EXPECT_EQ(report.failures.size(), bench.tickers.size());
  EXPECT_LE(bench.server.requests().size(), 4U) << "what was on the wire at the first refusal";
  EXPECT_EQ(bench.lake.bars("scripted").size(), 0U);
}

TEST(Collector, ARevokedKeyEndsChainsOnTheirWayToo) {
  std::atomic<int> count = 0;
  Bench bench([&](const std::string& request) {
    if (++count == 1) return ScriptedReply{http_answer("403 Forbidden", "{\"message\":\"key revoked\"}")};
    return ScriptedReply{
        .bytes = http_answer("200 OK", bars_of(between(request, "tickers=", "& ")) + "next 1\n"),
        .delay = std::chrono::milliseconds(100)};
  });
  for (int i = 0; i < 60; ++i) bench.tickers.push_back("T" + std::to_string(i));
  const CollectReport report = bench.run();
  EXPECT_EQ(report.failures.size(), bench.tickers.size());
  EXPECT_LE(bench.server.requests().size(), 4U) << "no page more";
}

TEST(Collector, ADamagedAnswerIsItsTickersAffair) {
  Bench bench([](const std::string& request) {
    const std::string tickers = between(request, "tickers=", "& ");
    return ScriptedReply{
        http_answer("200 OK", tickers.find("SPY") == std::string::npos ? bars_of(tickers) : "rubbish")};
  });
  CollectOptions options = bench.options();
  const CollectReport report = bench.run(options);
  EXPECT_EQ(report.failures.size(), 2U) << "SPY and the other one of its batch";
  EXPECT_EQ(bench.lake.bars("scripted").size(), 6U);
  bench.run();
  EXPECT_EQ(bench.server.requests().size(), 3U) << "a damaged answer is asked for again";
}

TEST(Collector, AnInterruptedRunIsTakenUp) {
  Bench bench([](const std::string& request) {
    return ScriptedReply{http_answer("200 OK", bars_of(between(request, "tickers=", "& ")))};
  });
  for (int i = 0; i < 30; ++i) bench.tickers.push_back("T" + std::to_string(i));
  std::atomic<int> looks = 0;
  CollectOptions options = bench.options();
  options.fetch.allowance = {.requests_per_second = 40, .burst = 1, .concurrency = 1};
  options.ingest.cancelled = [&] { return ++looks > 3; };
  const CollectReport first = bench.run(options);
  EXPECT_TRUE(first.loads.cancelled);
  EXPECT_LT(first.fetched.requests, 12);
  const CollectReport second = bench.run();
  EXPECT_TRUE(second.failures.empty());
  EXPECT_EQ(bench.lake.bars("scripted").size(), 70U);
  EXPECT_LE(bench.server.requests().size(), 13U) << "12 questions, one of which may have been under way";
}

TEST(Collector, WhatAKillLeftInRawIsNotAskedAgain) {
  Bench bench([](const std::string& request) {
    const std::string page = between(request, "page_token=", " ");
    std::string body =
        testing::text_of({Said{.ticker = "AAPL", .minute = page.empty() ? 0 : std::stoi(page)}});
    if (page != "3") body += "next " + std::to_string(page.empty() ? 1 : std::stoi(page) + 1) + "\n";
    return ScriptedReply{http_answer("200 OK", body)};
  });
  bench.tickers = {"AAPL"};
  {
    // As a kill after two pages would leave it: landed, nothing committed.
    lake::Lake opened = bench.lake.open();
    io::HttpTransfers transfers;
    FetchOptions fetch = bench.options().fetch;
    fetch.run_id = "killed";
    Fetcher fetcher(opened, bench.venue, transfers, *io::system_clock(), fetch, [](const Chain&) {});
    const auto plan =
        plan_collection(bench.venue, calendar::xnys(), {}, Bench::spec(bench.tickers, opened)).value();
    Chain chain;
    chain.request = plan.requests.at(0);
    chain.next = chain.request;
    fetcher.add(std::move(chain));
    while (fetcher.counts().requests < 3) ASSERT_TRUE(fetcher.step(std::chrono::milliseconds(20)));
  }
  EXPECT_EQ(bench.lake.bars("scripted").size(), 0U);
  const std::size_t before = bench.server.requests().size();
  EXPECT_GE(store::list_loads(bench.lake.open().database(), load_status::kLanded).value().size(), 2U);
  const CollectReport report = bench.run();
  EXPECT_EQ(bench.lake.bars("scripted").size(), 4U);
  EXPECT_LE(static_cast<std::size_t>(report.fetched.requests) + before, 5U) << "one may have been under way";
  EXPECT_EQ(bench.lake.damage(), "");
}

}  // namespace
}  // namespace goldtape::ingest
