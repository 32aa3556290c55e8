#include "goldtape/simulate/simulator.h"

#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

class SimulatorTest : public WireTest {
 protected:
  SimulatorTest()
      : clock(std::make_shared<MovableClock>(std::make_shared<io::ManualClock>(Timestamp{}), now, 1)),
        simulator({.market = std::move(market), .clock = clock}) {}

  serve::Response ask(std::string_view target, std::string_view host = "127.0.0.1:8090",
                      std::string method = "GET") {
    const auto plain = request(target);
    const auto mark = std::min(target.find('?'), target.size());
    serve::Request asked;
    asked.method = std::move(method);
    asked.target = target;
    asked.path = target.substr(0, mark);
    asked.query = plain.query;
    asked.headers = {{"Host", std::string(host)}, {"APCA-API-KEY-ID", "k"}, {"Apca-Api-Secret-Key", "s"}};
    return simulator.handle(asked);
  }
  Json json(const serve::Response& response, int status = 200) {
    return body({.status = response.status, .body = response.body}, status);
  }

  std::shared_ptr<MovableClock> clock;
  Simulator simulator;
};

TEST_F(SimulatorTest, APathNamesAVenue) {
  EXPECT_EQ(json(ask("/yahoo/v8/finance/chart/BRK%2DB?range=5d"))["chart"]["error"], nullptr);
  EXPECT_TRUE(json(ask("/alpaca/v2/stocks/bars?symbols=SPY&timeframe=1Day&start=2024-02-26"))
                  .contains("next_page_token"));
  EXPECT_TRUE(ask("/nasdaq/nasdaqlisted.txt").body.starts_with("Symbol|"));
  const auto page =
      json(ask("/massive/v2/aggs/ticker/SPY/range/1/day/2024-01-02/2024-02-28?limit=5&apiKey=k"));
  EXPECT_TRUE(page["next_url"].get<std::string>().starts_with("http://127.0.0.1:8090/massive/v2/aggs/"));
}

TEST_F(SimulatorTest, AHostNamesAVenueWithItsWholePath) {
  EXPECT_EQ(json(ask("/v8/finance/chart/AAPL?range=5d", "query2.finance.yahoo.com"))["chart"]["error"],
            nullptr);
  EXPECT_TRUE(json(ask("/v2/assets/AAPL", "paper-api.alpaca.markets:443")).contains("symbol"));
  EXPECT_EQ(ask("/dynamic/SymDir/otherlisted.txt", "www.nasdaqtrader.com").status, 200);
  EXPECT_EQ(ask("/v2/aggs/ticker/SPY/prev?apiKey=k", "api.polygon.io").status, 200);
  EXPECT_EQ(ask("/v2/aggs/ticker/SPY/prev?apiKey=k", "notpolygon.io").status, 404);
}

TEST_F(SimulatorTest, AnswersBearTheSimulatedDate) {
  EXPECT_EQ(ask("/nasdaq/nasdaqlisted.txt").headers.get("Date"), "Fri, 01 Mar 2024 22:00:00 GMT");
}

TEST_F(SimulatorTest, TheClockIsMovedByPost) {
  EXPECT_EQ(ask("/simulator/clock?now=2024-02-01T15:00:00Z").status, 405);
  const auto state = json(ask("/simulator/clock?now=2024-02-01T15:00:00Z&speed=60", "x", "POST"));
  EXPECT_EQ(state["now"], "2024-02-01T15:00:00Z");
  EXPECT_EQ(clock->speed(), 60);
  EXPECT_EQ(ask("/simulator/clock?speed=-1", "x", "POST").status, 400);
  EXPECT_EQ(ask("/simulator/clock?speed=fast", "x", "POST").status, 400);
  EXPECT_EQ(ask("/simulator/clock?now=soon", "x", "POST").status, 400);
  EXPECT_EQ(ask("/simulator/clock", "x", "POST").status, 400);
  EXPECT_EQ(clock->speed(), 60);
}

TEST_F(SimulatorTest, AnswersAreCounted) {
  ask("/nasdaq/nasdaqlisted.txt");
  ask("/nasdaq/nothing");
  ask("/yahoo/v8/finance/chart/NOSUCH");
  const auto state = json(ask("/simulator"));
  EXPECT_EQ(state["answers"], Json::parse(R"({"nasdaq":{"200":1,"404":1},"yahoo":{"404":1}})"));
  EXPECT_EQ(simulator.counts().total(), 3U);
}

TEST_F(SimulatorTest, TheWholeTruthIsThereBesideTheVenues) {
  const auto rows = ask("/simulator/bars/AAPL?interval=1d&from=2024-01-02&to=2024-01-05").body;
  EXPECT_EQ(std::ranges::count(rows, '\n'), 5);
  EXPECT_TRUE(rows.starts_with("ticker,ts,date,open,high,low,close,volume,vwap,trade_count,session\nAAPL,"));
  // After the clock too.
  EXPECT_EQ(std::ranges::count(ask("/simulator/bars/AAPL?interval=1d&from=2024-03-28").body, '\n'), 2);
  EXPECT_EQ(ask("/simulator/bars/NOSUCH").status, 404);
  EXPECT_EQ(ask("/simulator/bars/AAPL?interval=5m").status, 400);
  EXPECT_EQ(ask("/simulator/bars/AAPL?from=then").status, 400);
  EXPECT_EQ(json(ask("/simulator/securities")).size(), 200U);
}

TEST_F(SimulatorTest, ElsewhereItSaysWhatThereIs) {
  EXPECT_EQ(ask("/").status, 200);
  EXPECT_EQ(ask("/nothing").status, 404);
  EXPECT_EQ(ask("/yahoo/v8/finance/chart/AAPL", "x", "POST").status, 405);
}

}  // namespace
}  // namespace goldtape::simulate
