#include "goldtape/simulate/alpaca_stream_internal.h"
#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate::internal {
namespace {

using std::chrono::minutes;

class AlpacaStreamTest : public WireTest {
 protected:
  AlpacaStreamTest() { at("2024-02-28T15:00:30Z"); }

  void subscribe(std::string_view channels) {
    (void)tell();
    subscriber.subscriptions.change(Json::parse(channels), true);
    ASSERT_TRUE(subscriber.note(scene()));
  }
  Json tell() {
    const auto batch = subscriber.tell(scene(), false);
    EXPECT_TRUE(batch) << batch.error().to_string();
    return batch ? Json::parse(batch->encode()) : Json{};
  }
  MarketBar bar_at(std::string_view ticker, std::string_view ts) const {
    const Date day = *parse_date(ts.substr(0, 10));
    const auto bars = *market->minutes(*market->find(ticker, day), day, day);
    for (const MarketBar& bar : bars) {
      if (bar.ts == *parse_timestamp(ts)) return bar;
    }
    ADD_FAILURE() << "no bar at " << ts;
    return {};
  }

  Subscriber subscriber;
};

TEST_F(AlpacaStreamTest, ABarComesWhenItsMinuteIsOver) {
  subscribe(R"({"bars": ["SPY"]})");
  at("2024-02-28T15:00:59Z");
  EXPECT_TRUE(tell().empty());
  at("2024-02-28T15:01:00Z");
  const auto told = tell();
  ASSERT_EQ(told.size(), 1U);
  const auto bar = bar_at("SPY", "2024-02-28T15:00:00Z");
  EXPECT_EQ(told[0], Json({{"T", "b"},
                           {"S", "SPY"},
                           {"o", bar.open},
                           {"h", bar.high},
                           {"l", bar.low},
                           {"c", bar.close},
                           {"v", bar.volume},
                           {"t", "2024-02-28T15:00:00Z"},
                           {"n", bar.trade_count},
                           {"vw", bar.vwap}}));
  at("2024-02-28T15:01:59Z");
  EXPECT_TRUE(tell().empty());
}

TEST_F(AlpacaStreamTest, EveryBarOfADayComesOnceHoweverTheClockSteps) {
  at("2024-02-28T14:00:00Z");
  subscribe(R"({"bars": ["SPY"]})");
  std::vector<std::string> seen;
  for (now = *parse_timestamp("2024-02-28T14:00:07Z"); now < *parse_timestamp("2024-02-28T17:00:00Z");
       now += std::chrono::seconds{97}) {
    for (const auto& message : tell()) seen.push_back(message["t"]);
  }
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_GT(seen.size(), 150U);
}

TEST_F(AlpacaStreamTest, ARevisedBarIsSentAgainWhenItSettles) {
  troubles = {{.kind = BarTrouble::Kind::kRevised, .share = 1, .delay = minutes{5}}};
  subscribe(R"({"bars": ["SPY"], "updatedBars": ["SPY"]})");
  at("2024-02-28T15:01:00Z");
  const auto first = tell();
  at("2024-02-28T15:06:00Z");
  const auto later = tell();
  const auto update = std::ranges::find_if(
      later, [](const Json& one) { return one["T"] == "u" && one["t"] == "2024-02-28T15:00:00Z"; });
  ASSERT_NE(update, later.end()) << later;
  EXPECT_LT(first[0]["v"], (*update)["v"]);
  EXPECT_EQ((*update)["v"], bar_at("SPY", "2024-02-28T15:00:00Z").volume);
}

TEST_F(AlpacaStreamTest, TradesComeAtTheirInstantsAndAddUp) {
  at("2024-02-28T15:00:00Z");
  subscribe(R"({"trades": ["SPY"]})");
  std::int64_t volume = 0;
  for (int second = 1; second <= 60; ++second) {
    now += std::chrono::seconds{1};
    for (const auto& trade : tell()) volume += trade["s"].get<std::int64_t>();
  }
  EXPECT_EQ(volume, bar_at("SPY", "2024-02-28T15:00:00Z").volume);
}

TEST_F(AlpacaStreamTest, AHaltIsToldWhenItBeginsAndEnds) {
  for (const auto& session :
       calendar::xnys().sessions(*parse_date("2024-02-01"), *parse_date("2024-02-29"))) {
    const auto halts = market->halts(session.date);
    if (halts.empty()) continue;
    now = halts[0].start - minutes{1};
    subscribe(R"({"statuses": ["*"]})");
    now = halts[0].start;
    const auto begin = tell();
    ASSERT_EQ(begin.size(), 1U);
    EXPECT_EQ(begin[0]["sc"], "H");
    EXPECT_EQ(begin[0]["S"], market->securities()[halts[0].security].ticker_on(session.date));
    now = halts[0].end;
    const auto ended = tell();
    EXPECT_TRUE(std::ranges::any_of(ended, [](const Json& one) { return one["sc"] == "T"; }));
    return;
  }
  FAIL() << "no halt in February";
}

TEST_F(AlpacaStreamTest, AClockSetBackBeginsAfresh) {
  subscribe(R"({"bars": ["SPY"]})");
  at("2024-02-27T15:00:30Z");
  EXPECT_TRUE(tell().empty());
  at("2024-02-27T15:01:00Z");
  EXPECT_EQ(tell().size(), 1U);
}

TEST_F(AlpacaStreamTest, AStarIsEverybodyListed) {
  subscribe(R"({"dailyBars": ["*"]})");
  at("2024-02-28T15:01:00Z");
  const auto told = tell();
  EXPECT_GT(told.size(), 100U);
  EXPECT_EQ(told[0]["t"], "2024-02-28T05:00:00Z");
}

TEST_F(AlpacaStreamTest, MessagePackHasTimestampsOfItsOwn) {
  StreamBatch batch(true);
  batch.add({{"t", batch.timestamp(*parse_timestamp("2024-02-28T15:00:00.5Z"), 7)}});
  const auto bytes = batch.encode();
  // One map of one pair, its value an eight-byte extension of type -1.
  EXPECT_TRUE(bytes.starts_with("\x91\x81\xa1t\xd7\xff")) << bytes.size();
  const auto back = Json::from_msgpack(bytes);
  EXPECT_EQ(back[0]["t"].get_binary().size(), 8U);
}

TEST_F(AlpacaStreamTest, WhatIsUnsubscribedIsSilent) {
  subscribe(R"({"bars": ["SPY", "AAPL"]})");
  subscriber.subscriptions.change(Json::parse(R"({"bars": ["SPY"]})"), false);
  EXPECT_EQ(subscriber.subscriptions.to_json()["bars"], Json({"AAPL"}));
  at("2024-02-28T15:01:00Z");
  for (const auto& message : tell()) EXPECT_EQ(message["S"], "AAPL");
}

}  // namespace
}  // namespace goldtape::simulate::internal
