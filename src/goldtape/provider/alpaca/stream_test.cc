#include "goldtape/provider/alpaca/stream.h"

#include <gtest/gtest.h>

#include "goldtape/provider/alpaca/venue.h"

namespace goldtape::provider::alpaca {
namespace {

using Kind = StreamMessage::Kind;

const AlpacaVenue kVenue;
constexpr std::string_view kBar =
    R"({"T":"b","S":"SPY","o":388.9,"h":389.1,"l":388.8,"c":389.0,"v":49378,"t":"2021-02-22T19:15:00Z","n":461,"vw":389.06})";
constexpr std::string_view kUpdate =
    R"({"T":"u","S":"SPY","o":388.9,"h":389.2,"l":388.8,"c":389.0,"v":49578,"t":"2021-02-22T19:15:00Z","n":463,"vw":389.07})";
constexpr std::string_view kHalt =
    R"({"T":"s","S":"AAPL","sc":"H","sm":"Trading Halt","rc":"T12","rm":"{\"","t":"2021-02-22T19:15:00.5Z","z":"C"})";
constexpr std::string_view kResumption =
    R"({"T":"s","S":"AAPL","sc":"T","sm":"Trading Resumption","rc":"","rm":"","t":"2021-02-22T19:45:00Z","z":"C"})";
constexpr std::string_view kTrade =
    R"({"T":"t","i":96921,"S":"AAPL","x":"D","p":126.55,"s":1,"t":"2021-02-22T15:51:44.208123456Z","c":["@","I"],"z":"C"})";

Answer answer_of(std::string_view dataset, std::string bytes) {
  Answer answer;
  answer.request = stream_request(kVenue, dataset, "sip");
  answer.bytes = std::move(bytes);
  answer.observed_at = parse_timestamp("2021-02-22T20:00:00Z").value();
  answer.display_name = "heard";
  return answer;
}

TEST(AlpacaStream, AFrameIsItsMessagesByteForByte) {
  const auto messages = read_frame(std::string("[ ") + std::string(kBar) + "," + std::string(kHalt) + " ]");
  ASSERT_TRUE(messages) << messages.error().to_string();
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ(messages->at(0).text, kBar);
  EXPECT_EQ(messages->at(0).kind, Kind::kBar);
  EXPECT_EQ(format_timestamp(messages->at(0).ts), "2021-02-22T19:15:00Z");
  EXPECT_EQ(messages->at(1).text, kHalt);
  EXPECT_TRUE(messages->at(1).halted);
}

TEST(AlpacaStream, WhatIsNoFrameSaysSo) {
  for (const char* frame :
       {"", "{}", "[", "[{]", "[1]", "[{\"T\":\"b\"}]", "<html>", R"([{"T":"b","S":"A","t":"soon"}])",
        R"([{"T":"b","S":"A","t":"2021-02-22T19:15:00Z"})"}) {
    const auto messages = read_frame(frame);
    ASSERT_FALSE(messages) << frame;
    EXPECT_EQ(messages.error().code, 2236) << frame;
  }
}

TEST(AlpacaStream, ErrorsAreTheKeysTheSubscriptionOrWillPass) {
  const auto error = [](int code) {
    StreamMessage message;
    message.kind = Kind::kError;
    message.code = code;
    return stream_error(message);
  };
  EXPECT_EQ(error(402).code, 2211);
  EXPECT_FALSE(may_pass(error(402)));
  EXPECT_EQ(error(405).code, 2213);
  EXPECT_FALSE(may_pass(error(405)));
  EXPECT_EQ(error(406).code, 2214);
  EXPECT_TRUE(may_pass(error(406)));
}

TEST(AlpacaStream, BarsAreThoseOfAPage) {
  const auto rows = kVenue.parse(answer_of("bars", std::string(kBar) + "\n"));
  ASSERT_TRUE(rows) << rows.error().to_string();
  const auto& bars = std::get<model::BarBatch>(*rows);
  ASSERT_EQ(bars.size(), 1U);
  const model::Bar bar = bars.row(0);
  EXPECT_EQ(bar.ticker, "SPY");
  EXPECT_EQ(bar.open, 388.9);
  EXPECT_EQ(bar.volume, 49378);
  EXPECT_EQ(bar.trade_count, 461);
  EXPECT_EQ(bar.session, model::SessionPart::kRegular);
  EXPECT_EQ(bars.origin.source, "alpaca");
  EXPECT_EQ(std::get<model::BarBatch>(*kVenue.parse(answer_of("bars", std::string(kUpdate)))).row(0).volume,
            49578);
}

TEST(AlpacaStream, TradesAreThoseOfAPage) {
  const auto rows = kVenue.parse(answer_of("trades", std::string(kTrade) + "\n"));
  ASSERT_TRUE(rows) << rows.error().to_string();
  const auto& trades = std::get<model::RecordBatch>(*rows);
  ASSERT_EQ(trades.rows.size(), 1U);
  EXPECT_EQ(std::get<double>(model::cell(trades, 0, "price")), 126.55);
  EXPECT_EQ(std::get<std::string>(model::cell(trades, 0, "conditions")), "@,I");
}

TEST(AlpacaStream, AResumptionEndsTheHaltBeforeIt) {
  const auto rows =
      kVenue.parse(answer_of("halts", std::string(kHalt) + "\n" + std::string(kResumption) + "\n"));
  ASSERT_TRUE(rows) << rows.error().to_string();
  const auto& halts = std::get<model::RecordBatch>(*rows);
  ASSERT_TRUE(model::check_records(halts));
  ASSERT_EQ(halts.rows.size(), 1U);
  EXPECT_EQ(std::get<std::string>(model::cell(halts, 0, "reason")), "T12");
  EXPECT_EQ(format_timestamp(from_micros(std::get<std::int64_t>(model::cell(halts, 0, "resumed_at")))),
            "2021-02-22T19:45:00Z");
  const auto alone = kVenue.parse(answer_of("halts", std::string(kResumption) + "\n"));
  ASSERT_TRUE(alone);
  EXPECT_TRUE(std::get<model::RecordBatch>(*alone).rows.empty());
}

TEST(AlpacaStream, ALineThatIsNoMessageIsNamed) {
  const auto rows = kVenue.parse(answer_of("bars", std::string(kBar) + "\nnonsense\n"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 2236);
  EXPECT_EQ(rows.error().where, "heard:2");
}

TEST(AlpacaStream, BelowABaseUrlTheSchemeIsKept) {
  Access access;
  EXPECT_EQ(stream_url(access, "iex"), "wss://stream.data.alpaca.markets/v2/iex");
  access.base_url = "http://127.0.0.1:8090/alpaca";
  EXPECT_EQ(stream_url(access, "sip"), "ws://127.0.0.1:8090/alpaca/v2/sip");
  access.base_url = "https://proxy.example";
  EXPECT_EQ(stream_url(access, "sip"), "wss://proxy.example/v2/sip");
}

}  // namespace
}  // namespace goldtape::provider::alpaca
