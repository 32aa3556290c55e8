#include "goldtape/simulate/alpaca.h"

#include <algorithm>
#include <map>

#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

class Alpaca : public WireTest {
 protected:
  Json get(std::string_view target, int status = 200) const {
    return body(alpaca_answer(scene(), request(target)), status);
  }
  /// All pages of a list, joined by symbol.
  std::map<std::string, Json> pages(const std::string& target, const std::string& what, int& count) const {
    std::map<std::string, Json> all;
    std::string token;
    for (count = 1; count < 1000; ++count) {
      const auto page = get(target + (token.empty() ? "" : "&page_token=" + percent_encode(token)));
      for (const auto& [symbol, list] : page[what].items()) {
        for (const auto& one : list) all[symbol].push_back(one);
      }
      if (page["next_page_token"].is_null()) return all;
      token = page["next_page_token"];
    }
    return all;
  }
};

TEST_F(Alpaca, PagesHoldEveryBarOnce) {
  const std::string target =
      "/v2/stocks/bars?symbols=TSLA,AAPL,SPY&timeframe=1Min&start=2024-02-28&end=2024-02-29";
  int one = 0, many = 0;
  const auto whole = pages(target + "&limit=10000", "bars", one);
  const auto pieces = pages(target + "&limit=97", "bars", many);
  EXPECT_EQ(one, 1);
  EXPECT_GT(many, 20);
  EXPECT_EQ(whole, pieces);
  ASSERT_EQ(whole.size(), 3U);
  const auto* spy = market->find("SPY", scene().today());
  const auto bars = *market->minutes(*spy, *parse_date("2024-02-28"), *parse_date("2024-02-29"));
  ASSERT_EQ(whole.at("SPY").size(), bars.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const auto& bar = whole.at("SPY")[i];
    EXPECT_EQ(bar["t"], format_timestamp(bars[i].ts));
    EXPECT_EQ(bar["c"].get<double>(), bars[i].close);
    EXPECT_EQ(bar["vw"].get<double>(), bars[i].vwap);
    EXPECT_EQ(bar["v"].get<std::int64_t>(), bars[i].volume);
    EXPECT_EQ(bar["n"].get<std::int64_t>(), bars[i].trade_count);
  }
}

TEST_F(Alpaca, AFullLastPageHasNoToken) {
  const auto page = get("/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=2024-02-26&end=2024-02-29&limit=4");
  EXPECT_EQ(page["bars"]["SPY"].size(), 4U);
  EXPECT_TRUE(page["next_page_token"].is_null());
  EXPECT_EQ(page["bars"]["SPY"][0]["t"], "2024-02-26T05:00:00Z");
}

TEST_F(Alpaca, DescendingPagesToo) {
  int count = 0;
  const auto all =
      pages("/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=2024-02-05&end=2024-02-29&limit=3&sort=desc",
            "bars", count);
  ASSERT_EQ(all.at("SPY").size(), 18U);
  EXPECT_EQ(all.at("SPY")[0]["t"], "2024-02-29T05:00:00Z");
  EXPECT_EQ(all.at("SPY")[17]["t"], "2024-02-05T05:00:00Z");
}

TEST_F(Alpaca, AdjustmentChangesPastPricesOnly) {
  const auto [security, split] = with_action(model::ActionType::kSplit);
  const std::string target =
      "/v2/stocks/bars?timeframe=1Day&start=2024-01-02&end=2024-02-29&limit=100&symbols=" +
      security->ticker_on(scene().today());
  const auto raw = get(target)["bars"].begin().value();
  const auto adjusted = get(target + "&adjustment=split")["bars"].begin().value();
  EXPECT_NEAR(raw[0]["c"].get<double>() / adjusted[0]["c"].get<double>(), split->value, split->value * 2e-3);
  EXPECT_EQ(raw.back()["c"], adjusted.back()["c"]);
}

TEST_F(Alpaca, AsofResolvesARenamedSymbol) {
  const auto [security, rename] = with_action(model::ActionType::kRename);
  ASSERT_NE(security, nullptr);
  const auto count = [&](std::string_view asof) {
    const auto page =
        get("/v2/stocks/bars?timeframe=1Day&start=2024-01-02&end=2024-02-29&limit=100&symbols=" +
            rename->new_ticker + std::string(asof));
    return page["bars"].empty() ? std::size_t{0} : page["bars"].begin().value().size();
  };
  EXPECT_GT(count(""), count("&asof=-"));
  EXPECT_GT(count("&asof=-"), 0U);
}

TEST_F(Alpaca, OneSymbolInThePath) {
  const auto page = get("/v2/stocks/AAPL/bars?timeframe=1Hour&start=2024-02-28&end=2024-02-28&limit=1000");
  EXPECT_EQ(page["symbol"], "AAPL");
  EXPECT_EQ(page["bars"][0]["t"].get<std::string>().substr(14), "00:00Z");
  EXPECT_TRUE(get("/v2/stocks/NOSUCH/bars?timeframe=1Day&start=2024-02-28")["bars"].is_null());
  EXPECT_TRUE(get("/v2/stocks/bars?symbols=NOSUCH&timeframe=1Day&start=2024-02-28")["bars"].empty());
}

TEST_F(Alpaca, TradesAddUpToTheirBars) {
  const std::string span = "symbols=SPY&start=2024-02-28T15:00:00Z&end=2024-02-28T15:04:59.999999Z";
  int count = 0;
  const auto trades = pages("/v2/stocks/trades?limit=1000&" + span, "trades", count);
  const auto bars = get("/v2/stocks/bars?timeframe=1Min&limit=1000&" + span)["bars"]["SPY"];
  ASSERT_EQ(bars.size(), 5U);
  std::int64_t volume = 0, number = 0, size = 0;
  double high = 0;
  for (const auto& bar : bars) {
    volume += bar["v"].get<std::int64_t>(), number += bar["n"].get<std::int64_t>();
    high = std::max(high, bar["h"].get<double>());
  }
  double highest = 0;
  for (const auto& trade : trades.at("SPY")) {
    size += trade["s"].get<std::int64_t>();
    highest = std::max(highest, trade["p"].get<double>());
  }
  EXPECT_EQ(size, volume);
  EXPECT_EQ(static_cast<std::int64_t>(trades.at("SPY").size()), number);
  EXPECT_EQ(highest, high);
  EXPECT_EQ(trades.at("SPY")[0]["p"], bars[0]["o"]);
}

TEST_F(Alpaca, LatestAndSnapshots) {
  at("2024-02-28T16:00:30Z");
  EXPECT_EQ(get("/v2/stocks/bars/latest?symbols=AAPL,SPY,NOSUCH")["bars"]["SPY"]["t"],
            "2024-02-28T15:59:00Z");
  EXPECT_EQ(get("/v2/stocks/AAPL/bars/latest")["bar"]["t"], "2024-02-28T15:59:00Z");
  EXPECT_TRUE(get("/v2/stocks/trades/latest?symbols=AAPL")["trades"]["AAPL"].contains("p"));
  EXPECT_LT(get("/v2/stocks/quotes/latest?symbols=AAPL")["quotes"]["AAPL"]["bp"].get<double>(),
            get("/v2/stocks/quotes/latest?symbols=AAPL")["quotes"]["AAPL"]["ap"].get<double>());
  const auto snapshot = get("/v2/stocks/snapshots?symbols=AAPL")["AAPL"];
  EXPECT_EQ(snapshot["dailyBar"]["t"], "2024-02-28T05:00:00Z");
  EXPECT_EQ(snapshot["prevDailyBar"]["t"], "2024-02-27T05:00:00Z");
}

TEST_F(Alpaca, CorporateActionsInPages) {
  const std::string target = "/v1/corporate-actions?start=2024-01-01&end=2024-03-01";
  std::map<std::string, std::size_t> whole, pieces;
  const auto add = [](const Json& page, auto& counts) {
    for (const auto& [type, list] : page["corporate_actions"].items()) counts[type] += list.size();
  };
  add(get(target + "&limit=1000"), whole);
  std::string token;
  do {
    const auto page =
        get(target + "&limit=7" + (token.empty() ? "" : "&page_token=" + percent_encode(token)));
    add(page, pieces);
    token = page["next_page_token"].is_null() ? "" : page["next_page_token"].get<std::string>();
  } while (!token.empty());
  EXPECT_EQ(whole, pieces);
  for (const auto type :
       {"forward_splits", "reverse_splits", "cash_dividends", "name_changes", "worthless_removals"}) {
    EXPECT_GE(whole[type], 1U) << type;
  }
  EXPECT_EQ(get(target + "&types=cash_dividend")["corporate_actions"].size(), 1U);
}

TEST_F(Alpaca, AssetsAreThoseListedByTheClock) {
  at("2024-01-02T22:00:00Z");
  const auto early = get("/v2/assets?status=active").size();
  at("2024-03-28T22:00:00Z");
  const auto inactive = get("/v2/assets?status=inactive");
  EXPECT_GE(inactive.size(), 1U);
  EXPECT_LT(early, get("/v2/assets").size());
  EXPECT_EQ(get("/v2/assets/AAPL")["symbol"], "AAPL");
  get("/v2/assets/NOSUCH", 404);
}

TEST_F(Alpaca, CalendarAndClock) {
  const auto days = get("/v2/calendar?start=2024-11-28&end=2024-11-29");
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0]["date"], "2024-11-29");
  EXPECT_EQ(days[0]["close"], "13:00");
  at("2024-02-28T16:00:00Z");
  EXPECT_EQ(get("/v2/clock")["is_open"], true);
  EXPECT_EQ(get("/v2/clock")["next_close"], "2024-02-28T16:00:00-05:00");
}

TEST_F(Alpaca, RefusesWhatAlpacaRefuses) {
  auto without = request("/v2/stocks/bars?symbols=SPY&timeframe=1Day");
  without.headers.clear();
  EXPECT_EQ(alpaca_answer(scene(), without).status, 401);
  auto revoked = request("/v2/stocks/bars?symbols=SPY&timeframe=1Day");
  revoked.headers = {{"apca-api-key-id", "REVOKED1"}, {"apca-api-secret-key", "s"}};
  EXPECT_EQ(alpaca_answer(scene(), revoked).status, 403);
  get("/v2/stocks/bars?symbols=SPY&timeframe=7Weeks", 400);
  get("/v2/stocks/bars?symbols=sp%20y&timeframe=1Day", 400);
  get("/v2/stocks/bars?timeframe=1Day", 400);
  get("/v2/stocks/bars?symbols=SPY&timeframe=1Day&limit=20000", 400);
  get("/v2/stocks/bars?symbols=SPY&timeframe=1Day&page_token=!!", 400);
  get("/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=yesterday", 400);
  get("/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=2024-02-02&end=2024-02-01", 400);
  get("/v2/nothing", 404);
}

}  // namespace
}  // namespace goldtape::simulate
