#include "goldtape/simulate/yahoo.h"

#include <fstream>

#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

class Yahoo : public WireTest {
 protected:
  Json chart(std::string_view query, int status = 200) const {
    return body(yahoo_answer(scene(), request("/v8/finance/chart/" + std::string(query))), status)["chart"];
  }
};

TEST_F(Yahoo, DailyBarsAreTheMarketsInFloat32) {
  const auto result =
      chart("SPY?period1=1704085200&period2=1709330000&interval=1d&events=div,splits")["result"][0];
  const auto days = *market->days(market->securities()[0], market->first_date(), scene().today());
  const auto& quote = result["indicators"]["quote"][0];
  ASSERT_EQ(result["timestamp"].size(), days.size());
  for (std::size_t i = 0; i < days.size(); ++i) {
    EXPECT_EQ(quote["close"][i].get<double>(), static_cast<double>(static_cast<float>(days[i].close)));
    EXPECT_EQ(quote["volume"][i].get<std::int64_t>(), days[i].volume);
    const Timestamp ts{std::chrono::seconds{result["timestamp"][i].get<std::int64_t>()}};
    EXPECT_EQ(calendar::xnys().local_date(ts), days[i].date);
  }
  EXPECT_EQ(result["meta"]["exchangeTimezoneName"], "America/New_York");
  EXPECT_EQ(result["meta"]["instrumentType"], "ETF");
  EXPECT_EQ(result["indicators"]["adjclose"][0]["adjclose"].size(), days.size());
}

TEST_F(Yahoo, PricesAreSplitAdjustedAsOfTheClockAndNotBefore) {
  const auto [security, split] = with_action(model::ActionType::kSplit);
  ASSERT_NE(security, nullptr);
  const Date before = calendar::xnys().previous_session(split->ex_date)->date;
  const double raw = market->days(*security, before, before)->front().close;
  const auto ask = [&] {
    return chart(yahoo_symbol(security->ticker_on(scene().today())) +
                 "?period1=1704085200&period2=1711700000&interval=1d&events=div,splits")["result"][0];
  };
  now = Timestamp{before} + std::chrono::hours{22};
  const auto early = ask();
  EXPECT_EQ(early["indicators"]["quote"][0]["close"].back(), static_cast<double>(static_cast<float>(raw)));
  EXPECT_FALSE(early.contains("events") && early["events"].contains("splits"));
  now = Timestamp{split->ex_date} + std::chrono::hours{22};
  const auto late = ask();
  const auto& closes = late["indicators"]["quote"][0]["close"];
  EXPECT_NEAR(closes[closes.size() - 2].get<double>() * split->value, raw, raw * 1e-3);
  const auto& event = late["events"]["splits"].begin().value();
  EXPECT_NEAR(event["numerator"].get<double>() / event["denominator"].get<double>(), split->value, 1e-9);
}

TEST_F(Yahoo, AdjcloseTakesTheDividendOut) {
  const auto [security, dividend] = with_action(model::ActionType::kCashDividend);
  ASSERT_NE(security, nullptr);
  const auto result = chart(yahoo_symbol(security->ticker_on(scene().today())) +
                            "?period1=1704085200&period2=1709330000&interval=1d&events=div")["result"][0];
  EXPECT_LT(result["indicators"]["adjclose"][0]["adjclose"][0].get<double>(),
            result["indicators"]["quote"][0]["close"][0].get<double>());
  EXPECT_EQ(result["events"]["dividends"].begin().value()["amount"].get<double>(), dividend->value);
}

TEST_F(Yahoo, MinutesWithAndWithoutPreAndPostMarket) {
  const std::string span = "AAPL?interval=1m&period1=" + std::to_string(seconds("2024-02-28")) +
                           "&period2=" + std::to_string(seconds("2024-02-29"));
  const auto regular = chart(span + "&includePrePost=false")["result"][0];
  EXPECT_EQ(regular["timestamp"].size(), 390U);
  EXPECT_TRUE(regular["meta"]["tradingPeriods"].is_array());
  const auto all = chart(span + "&includePrePost=true")["result"][0];
  EXPECT_GT(all["timestamp"].size(), 400U);
  EXPECT_TRUE(all["meta"]["tradingPeriods"].is_object());
}

TEST_F(Yahoo, HoursBeginWithTheSession) {
  const auto result = chart("AAPL?interval=1h&period1=" + std::to_string(seconds("2024-02-28")) +
                            "&period2=" + std::to_string(seconds("2024-02-29")))["result"][0];
  ASSERT_EQ(result["timestamp"].size(), 7U);
  EXPECT_EQ(result["timestamp"][0], seconds("2024-02-28T14:30:00Z"));
  EXPECT_EQ(result["timestamp"][6], seconds("2024-02-28T20:30:00Z"));
}

TEST_F(Yahoo, TheSessionThatLastsIsStillForming) {
  at("2024-02-28T16:00:30Z");
  const auto minutes = chart("AAPL?interval=1m&range=1d")["result"][0];
  EXPECT_EQ(minutes["timestamp"].size(), 91U);
  const auto day = chart("AAPL?interval=1d&range=5d")["result"][0];
  EXPECT_EQ(day["timestamp"].back(), day["meta"]["regularMarketTime"].get<std::int64_t>() + 1);
  const auto volume = day["indicators"]["quote"][0]["volume"].back().get<std::int64_t>();
  at("2024-02-28T22:00:00Z");
  const auto whole = chart("AAPL?interval=1d&range=5d")["result"][0];
  EXPECT_LT(volume, whole["indicators"]["quote"][0]["volume"].back().get<std::int64_t>());
}

TEST_F(Yahoo, LookBackIsLimited) {
  const auto span = [](std::string_view from, std::string_view to) {
    return "&period1=" + std::to_string(seconds(from)) + "&period2=" + std::to_string(seconds(to));
  };
  EXPECT_EQ(chart("AAPL?interval=1m" + span("2024-01-10", "2024-01-12"), 422)["error"]["code"],
            "Unprocessable Entity");
  EXPECT_EQ(chart("AAPL?interval=1m" + span("2024-02-10", "2024-02-25"), 422)["result"], nullptr);
  EXPECT_EQ(chart("AAPL?interval=5m" + span("2024-01-10", "2024-01-12"))["error"], nullptr);
}

TEST_F(Yahoo, AHaltIsNullsAndNothingElseIs) {
  for (const auto& session :
       calendar::xnys().sessions(*parse_date("2024-02-05"), *parse_date("2024-02-29"))) {
    for (const Halt& halt : market->halts(session.date)) {
      const Security& security = market->securities()[halt.security];
      const auto quote =
          chart(yahoo_symbol(security.ticker_on(scene().today())) +
                "?interval=1m&period1=" + std::to_string(to_micros(halt.start) / 1'000'000) + "&period2=" +
                std::to_string(to_micros(halt.end) / 1'000'000))["result"][0]["indicators"]["quote"][0];
      EXPECT_EQ(quote["close"].size(),
                static_cast<std::size_t>((halt.end - halt.start) / std::chrono::minutes{1}));
      for (const auto& close : quote["close"]) EXPECT_TRUE(close.is_null());
      return;
    }
  }
  FAIL() << "no halt in February";
}

TEST_F(Yahoo, ErrorsAreItsOwn) {
  EXPECT_EQ(chart("NOSUCH?interval=1d", 404)["error"]["description"],
            "No data found, symbol may be delisted");
  EXPECT_EQ(chart("AAPL?interval=7m", 400)["error"]["code"], "Bad Request");
  EXPECT_EQ(chart("AAPL?period1=x&period2=2", 400)["result"], nullptr);
  EXPECT_EQ(chart("AAPL?period1=5&period2=2", 400)["result"], nullptr);
  EXPECT_EQ(chart("AAPL?period1=5&period2=99999&interval=1d", 400)["error"]["description"],
            "Data doesn't exist for startDate = 5, endDate = 99999");
}

TEST_F(Yahoo, ACrumbNeedsTheCookie) {
  EXPECT_EQ(yahoo_answer(scene(), request("/v1/test/getcrumb")).status, 401);
  const auto cookie = yahoo_answer(scene(), request("/fc"));
  ASSERT_EQ(cookie.headers.size(), 1U);
  auto with = request("/v1/test/getcrumb");
  with.headers.emplace_back("cookie", cookie.headers[0].second);
  EXPECT_EQ(yahoo_answer(scene(), with).status, 200);
}

TEST_F(Yahoo, ADashStandsForTheDotOfAClass) {
  EXPECT_EQ(chart("BRK-B?range=5d&interval=1d")["result"][0]["meta"]["symbol"], "BRK-B");
}

}  // namespace
}  // namespace goldtape::simulate
