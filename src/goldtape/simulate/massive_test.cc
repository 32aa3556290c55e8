#include "goldtape/simulate/massive.h"

#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

class Massive : public WireTest {
 protected:
  Json get(const std::string& target, int status = 200) const {
    const bool first = !target.contains('?');
    return body(massive_answer(scene(), request(target + (first ? "?" : "&") + "apiKey=k")), status);
  }
  /// Follows next_url until there is none.
  Json pages(std::string target, int& count) const {
    Json all = Json::array();
    for (count = 1; count < 1000; ++count) {
      const auto page = get(target);
      if (page.contains("results")) all.insert(all.end(), page["results"].begin(), page["results"].end());
      if (!page.contains("next_url")) return all;
      const std::string next = page["next_url"];
      EXPECT_TRUE(next.starts_with("http://127.0.0.1:1/massive/"));
      target = next.substr(std::string_view("http://127.0.0.1:1/massive").size());
    }
    return all;
  }
};

TEST_F(Massive, PagesHoldEveryBarOnceUpAndDown) {
  const std::string target =
      "/v2/aggs/ticker/AAPL/range/1/minute/2024-02-28/2024-02-29?adjusted=false&limit=";
  int one = 0, many = 0, down = 0;
  const auto whole = pages(target + "50000", one);
  const auto pieces = pages(target + "113", many);
  auto reversed = pages(target + "113&sort=desc", down);
  std::ranges::reverse(reversed);
  EXPECT_EQ(one, 1);
  EXPECT_GT(many, 5);
  EXPECT_EQ(whole, pieces);
  EXPECT_EQ(whole, reversed);
  const auto bars = *market->minutes(*market->find("AAPL", scene().today()), *parse_date("2024-02-28"),
                                     *parse_date("2024-02-29"));
  ASSERT_EQ(whole.size(), bars.size());
  EXPECT_EQ(whole[5]["c"].get<double>(), bars[5].close);
  EXPECT_EQ(whole[5]["t"].get<std::int64_t>(), to_micros(bars[5].ts) / 1000);
}

TEST_F(Massive, DaysBearMidnightInNewYork) {
  const auto page = get("/v2/aggs/ticker/SPY/range/1/day/2024-02-26/2024-02-29");
  ASSERT_EQ(page["resultsCount"], 4);
  EXPECT_EQ(page["results"][0]["t"].get<std::int64_t>(), seconds("2024-02-26T05:00:00Z") * 1000);
  EXPECT_EQ(page["status"], "OK");
}

TEST_F(Massive, AnUnknownTickerIsAnEmptyAnswer) {
  const auto page = get("/v2/aggs/ticker/NOSUCH/range/1/day/2024-02-26/2024-02-29");
  EXPECT_EQ(page["resultsCount"], 0);
  EXPECT_FALSE(page.contains("results"));
}

TEST_F(Massive, SplitsAndDividendsAreTheMarkets) {
  std::size_t splits = 0, dividends = 0;
  for (const Security& security : market->securities()) {
    for (const auto& action : security.actions) {
      if (action.known_at > now) continue;
      splits += action.type == model::ActionType::kSplit ? 1U : 0U;
      dividends += action.type == model::ActionType::kCashDividend ? 1U : 0U;
    }
  }
  int count = 0;
  EXPECT_EQ(pages("/v3/reference/splits?limit=3", count).size(), splits);
  EXPECT_EQ(pages("/v3/reference/dividends?limit=7", count).size(), dividends);
  const auto [security, split] = with_action(model::ActionType::kSplit);
  const auto one = get("/v3/reference/splits?ticker=" + split->ticker)["results"][0];
  EXPECT_NEAR(one["split_to"].get<double>() / one["split_from"].get<double>(), split->value, 1e-6);
  const auto answer = get("/v3/reference/dividends?ex_dividend_date.gte=2024-03-01&limit=100");
  for (const auto& late : answer["results"]) {
    EXPECT_GE(late["ex_dividend_date"].get<std::string>(), "2024-03-01");
  }
}

TEST_F(Massive, TickersAsOfADate) {
  int count = 0;
  const auto early = pages("/v3/reference/tickers?limit=100&date=2024-01-02", count);
  const auto late = pages("/v3/reference/tickers?limit=100", count);
  EXPECT_NE(early.size(), late.size());
  EXPECT_GE(pages("/v3/reference/tickers?limit=100&active=false", count).size(), 1U);
  EXPECT_EQ(get("/v3/reference/tickers/SPY")["results"]["type"], "ETF");
  get("/v3/reference/tickers/NOSUCH", 404);
}

TEST_F(Massive, AWholeDayInOneAnswer) {
  const auto page = get("/v2/aggs/grouped/locale/us/market/stocks/2024-02-28");
  EXPECT_GT(page["resultsCount"].get<int>(), 180);
  EXPECT_TRUE(page["results"][0].contains("T"));
}

TEST_F(Massive, RefusesWhatMassiveRefuses) {
  EXPECT_EQ(massive_answer(scene(), request("/v3/reference/splits")).status, 401);
  EXPECT_EQ(massive_answer(scene(), request("/v3/reference/splits?apiKey=REVOKED")).status, 401);
  get("/v2/aggs/ticker/SPY/range/0/day/2024-02-26/2024-02-29", 400);
  get("/v2/aggs/ticker/SPY/range/1/fortnight/2024-02-26/2024-02-29", 400);
  get("/v2/aggs/ticker/SPY/range/1/day/2024-02-29/2024-02-26", 400);
  get("/v2/aggs/ticker/SPY/range/1/day/then/now", 400);
  get("/v3/reference/splits?limit=5000", 400);
  get("/v3/reference/splits?cursor=%21%21", 400);
}

}  // namespace
}  // namespace goldtape::simulate
