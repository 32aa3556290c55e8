// A lake, a venue behind a server, and runs of the collector between them. For tests only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/collection_plan.h"
#include "goldtape/ingest/collector.h"
#include "goldtape/ingest/scripted_venue_internal.h"
#include "goldtape/testing/scripted_http_server.h"

namespace goldtape::ingest::testing {

inline std::string between(const std::string& text, const std::string& from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) return {};
  const auto start = at + from.size();
  return text.substr(start, text.find_first_of(to, start) - start);
}

/// Two bars for each ticker asked.
inline std::string bars_of(const std::string& tickers) {
  std::string out;
  std::string rest = tickers;
  while (!rest.empty()) {
    const std::string ticker = rest.substr(0, rest.find(','));
    out += text_of(
        {Said{.ticker = ticker, .day = 0, .minute = 1}, Said{.ticker = ticker, .day = 0, .minute = 2}});
    rest.erase(0, std::min(ticker.size() + 1, rest.size()));
  }
  return out;
}

/// A lake, a venue behind a server, and runs of the collector between them.
struct Bench {
  TestLake lake;
  ScriptedVenue venue;
  provider::Registry providers;
  goldtape::testing::ScriptedHttpServer server;
  std::vector<std::string> tickers = {"AAPL", "MSFT", "NVDA", "SPY", "QQQ"};

  explicit Bench(goldtape::testing::ScriptedHttpServer::Handler handler) : server(std::move(handler)) {
    EXPECT_TRUE(providers.add(std::make_shared<ScriptedVenue>()));
  }

  static CollectionSpec spec(const std::vector<std::string>& tickers, const lake::Lake& opened) {
    return {.stream = {.source = "scripted", .interval = model::Interval::k1m, .options = {}},
            .tickers = tickers,
            .from = parse_date("2019-02-11").value(),
            .to = parse_date("2019-02-11").value(),
            .now = opened.clock().now()};
  }

  CollectOptions options() const {
    CollectOptions out;
    out.ingest.calendar = &calendar::xnys();
    out.fetch.access.base_url = server.url("");
    out.fetch.allowance = {.requests_per_second = 1000, .burst = 10, .concurrency = 4};
    out.fetch.polite.patience = {.first_backoff = std::chrono::milliseconds(1),
                                 .longest_backoff = std::chrono::milliseconds(5),
                                 .failures_to_open = 8,
                                 .cool_down = std::chrono::milliseconds(20)};
    return out;
  }

  CollectReport run(CollectOptions options) {
    lake::Lake opened = lake.open();
    std::vector<Chain> chains = recover(opened, venue).value();
    const auto asked = read_asked(opened.database(), venue.traits()).value();
    const CollectionSpec wanted = spec(tickers, opened);
    const auto known = asked.find(wanted.stream);
    const auto plan =
        plan_collection(venue, calendar::xnys(), known == asked.end() ? Asked{} : known->second, wanted)
            .value();
    for (const provider::Request& request : plan.requests) {
      Chain chain;
      chain.request = request;
      chain.next = request;
      chains.push_back(std::move(chain));
    }
    auto report = collect(opened, providers, venue, std::move(chains), options);
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? *std::move(report) : CollectReport{};
  }
  CollectReport run() { return run(options()); }
};

}  // namespace goldtape::ingest::testing
