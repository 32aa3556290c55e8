// The quick reader of Yahoo's own form and the JSON reader agree to the bit, in rows and in faults.
#include <bit>
#include <filesystem>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "goldtape/provider/venue_testing.h"
#include "goldtape/provider/yahoo/plain_chart_internal.h"
#include "goldtape/provider/yahoo/venue.h"

namespace goldtape::provider::yahoo::internal {
namespace {

std::string text_of(const std::vector<double>& prices) {
  std::string out;
  for (const double price : prices) out += fmt::format("{:x} ", std::bit_cast<std::uint64_t>(price));
  return out;
}

std::string text_of(const Result<Chart>& chart) {
  if (!chart) return chart.error().to_string();
  std::string out = fmt::format("{} {} {} {} {} {}\n", chart->currency, chart->symbol, chart->zone,
                                chart->granularity, chart->live_s, chart->has_timestamps);
  for (const std::int64_t second : chart->timestamp_s) out += fmt::format("{} ", second);
  for (const auto* column : {&chart->open, &chart->high, &chart->low, &chart->close, &chart->adj_close}) {
    out += "\n" + text_of(*column);
  }
  for (const std::int64_t volume : chart->volume) out += fmt::format("{} ", volume);
  for (const auto& [at, amount] : chart->dividends) out += fmt::format("d{} {} ", at, amount);
  for (const auto& [at, amount] : chart->capital_gains) out += fmt::format("g{} {} ", at, amount);
  for (const auto& [at, split] : chart->splits) {
    out += fmt::format("s{} {}/{} ", at, split.numerator, split.denominator);
  }
  return out;
}

Answer answer_with(std::string bytes, const std::string& ticker = "AAPL") {
  return testing::answer_of(YahooVenue(), {.ticker = ticker, .interval = model::Interval::k1m},
                            std::move(bytes));
}

/// Whether the quick reader takes it; both must agree.
bool taken(const std::string& bytes, const std::string& ticker = "AAPL") {
  const Answer answer = answer_with(bytes, ticker);
  EXPECT_EQ(text_of(read_chart(answer)), text_of(read_json_chart(answer))) << bytes.substr(0, 2000);
  Chart chart;
  std::string rest;
  return read_plain_columns(answer.bytes, chart, rest);
}

constexpr std::string_view kMeta =
    R"({"currency":"USD","symbol":"AAPL","exchangeTimezoneName":"America/New_York","dataGranularity":"1m"})";

std::string chart(std::string_view times, std::string_view quote, std::string_view meta = kMeta,
                  std::string_view adjusted = "", std::string_view events = "") {
  return fmt::format(
      R"({{"chart":{{"result":[{{"meta":{},"timestamp":{}{},"indicators":{{"quote":[{{{}}}]{}}}}}],"error":null}}}})",
      meta, times, events, quote, adjusted);
}
std::string quote(std::string_view price, std::string_view volume = "[1,2]") {
  return fmt::format(R"("open":{0},"high":{0},"low":{0},"close":{0},"volume":{1})", price, volume);
}
constexpr std::string_view kTwo = "[1719840600,1719840660]";

TEST(PlainChart, TakesYahoosOwnForm) {
  EXPECT_TRUE(taken(chart(kTwo, quote("[187.14999389648438,null]"))));
  EXPECT_TRUE(taken(chart(kTwo, quote("[187,0.5]", "[null,0]"))));
  EXPECT_TRUE(taken(chart(kTwo, quote("[1,2]"), kMeta, R"(,"adjclose":[{"adjclose":[1.5,null]}])")));
  EXPECT_TRUE(taken(chart(kTwo, quote("[1,2]"), kMeta, "",
                          R"(,"events":{"dividends":{"1":{"amount":0.24,"date":1719840600}}})")));
  EXPECT_TRUE(taken(chart("[]", quote("[]", "[]"))));
}

TEST(PlainChart, LeavesOtherFormsToTheJsonReader) {
  for (const char* price :
       {"[1e2,2]", "[-1,2]", "[01,2]", "[1.,2]", "[.5,2]", "[1,2,]", "[1,2,3]", "[1]", "[1 ,2]", "[1,nul]",
        "[1,nullx]", "[\"1\",2]", "[1,2", "[12345678901234567890123,2]", "[1.2345678901234567890123,2]",
        "null", "{}", "[]"}) {
    EXPECT_FALSE(taken(chart(kTwo, quote(price)))) << price;
  }
  for (const char* volume : {"[1.5,2]", "[1e3,2]", "[-1,2]", "[9999999999999999999,1]", "[00,1]", "[1]"}) {
    EXPECT_FALSE(taken(chart(kTwo, quote("[1,2]", volume)))) << volume;
  }
  EXPECT_FALSE(taken(chart(kTwo, R"("open":[1,2],"high":[1,2],"low":[1,2],"close":[1,2])")));
  EXPECT_FALSE(taken(chart(kTwo, quote("[1,2]") + R"(,"open":[3,4])")));
  EXPECT_FALSE(taken(chart("[]", quote("[]", "[]") + R"(,"open":[])")));
  EXPECT_FALSE(taken(chart(kTwo, quote("[1,2]") + R"(,"vwap":[3,4])")));
  EXPECT_FALSE(taken(chart("[1719840600.5,1]", quote("[1,2]"))));
  EXPECT_FALSE(taken(chart(kTwo, quote("[1,2]")) + "x"));
  EXPECT_FALSE(taken(chart(kTwo, quote("[1,2]"), R"({"symbol":"A\"APL"})")));
}

TEST(PlainChart, WhatIsWrongWithTheRestIsToldAsEver) {
  taken(chart(kTwo, quote("[1,2]"), R"({"currency":"USD","symbol":"MSFT"})"));
  taken(chart(kTwo, quote("[1,2]"), R"({"currency":"EUR","symbol":"AAPL"})"));
  taken(chart(kTwo, quote("[1,2]"), R"({"currency":"USD","symbol":"AAPL",})"));
  taken(chart(kTwo, quote("[1,2]"), R"({"currency" "USD"})"));
  taken(chart(kTwo, quote("[1,2]"), R"({[})"));
  taken(chart(kTwo, quote("[1,2]"), kMeta, "", R"(,"events":{"splits":{"1":{"date":"x"}}})"));
  taken(chart(kTwo, quote("[1,2]"), "{\"symbol\":\"A\xff\"}"));
}

TEST(PlainChart, EveryFixtureReadsTheSame) {
  int plain = 0;
  for (const auto& file : std::filesystem::directory_iterator("src/goldtape/provider/yahoo/fixtures")) {
    if (file.path().extension() != ".json") continue;
    const std::string bytes = testing::bytes_of_file(file.path().string());
    for (std::string ticker : {"AAPL", "MSFT"}) plain += taken(bytes, ticker) ? 1 : 0;
  }
  EXPECT_GE(plain, 0);
}

TEST(PlainChart, CutAnywhereBothSayTheSame) {
  const std::string whole =
      chart(kTwo, quote("[187.14999389648438,null]"), kMeta, R"(,"adjclose":[{"adjclose":[1.5,2]}])");
  for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(taken(whole.substr(0, size))) << size;
}

TEST(PlainChart, RandomColumnsAreEqualToTheBit) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string times, prices, volumes;
    const int rows = std::uniform_int_distribution<>(1, 40)(random);
    for (int i = 0; i < rows; ++i) {
      const char* comma = i == 0 ? "" : ",";
      const double wide = static_cast<float>(std::exp2(std::uniform_real_distribution<>(-8, 17)(random)));
      times += fmt::format("{}{}", comma, 1'719'840'600 + i * 60);
      prices += random() % 9 == 0 ? fmt::format("{}null", comma) : fmt::format("{}{}", comma, wide);
      volumes += random() % 9 == 0 ? fmt::format("{}null", comma)
                                   : fmt::format("{}{}", comma, random() >> (random() % 50 + 8));
    }
    EXPECT_TRUE(taken(chart("[" + times + "]", quote("[" + prices + "]", "[" + volumes + "]"))));
  }
}

}  // namespace
}  // namespace goldtape::provider::yahoo::internal
