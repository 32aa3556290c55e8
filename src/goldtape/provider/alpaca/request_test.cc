#include <gtest/gtest.h>

#include "goldtape/provider/alpaca/venue.h"
#include "goldtape/provider/venue_testing.h"

namespace goldtape::provider::alpaca {
namespace {

const AlpacaVenue kVenue;

Access keys() {
  Access access;
  access.secrets = {{"ALPACA_API_KEY_ID", "id"}, {"ALPACA_API_SECRET_KEY", "secret"}};
  return access;
}

Request minutes(std::map<std::string, std::string> options = {}) {
  return kVenue
      .make_request({.dataset = "bars",
                     .tickers = {"MSFT", "AAPL"},
                     .interval = model::Interval::k1m,
                     .range = parse_range("2024-01-02", "2024-01-02").value(),
                     .options = std::move(options)})
      .value();
}

TEST(AlpacaRequest, BecomesAUrlWithKeysInItsHeaders) {
  const io::HttpRequest http = kVenue.to_http(minutes(), keys()).value();
  EXPECT_EQ(
      http.url,
      "https://data.alpaca.markets/v2/stocks/bars?symbols=AAPL%2CMSFT&timeframe=1Min&"
      "start=2024-01-02T00%3A00%3A00Z&end=2024-01-02T23%3A59%3A59.999999Z&adjustment=raw&feed=sip&limit=10000"
      "&sort=asc");
  EXPECT_EQ(http.headers.back().value, "secret");
  EXPECT_EQ(http.url.find("secret"), std::string::npos);
}

TEST(AlpacaRequest, WithoutKeysSaysWhichAreMissing) {
  const auto http = kVenue.to_http(minutes(), {});
  EXPECT_EQ(http.error().to_string(),
            "GT2207: alpaca: needs a key; put it into the environment variable ALPACA_API_KEY_ID (alpaca)");
}

TEST(AlpacaRequest, FeedAndAdjustmentAreSourcesOfTheirOwn) {
  EXPECT_EQ(minutes().source, "alpaca");
  EXPECT_EQ(minutes({{"feed", "iex"}}).source, "alpaca-iex");
  EXPECT_EQ(minutes({{"adjustment", "all"}}).source, "alpaca-all");
  EXPECT_EQ(minutes().provider, "alpaca");
}

TEST(AlpacaRequest, PagesUntilTheTokenIsNull) {
  const auto page = [](const std::string& name) {
    Answer answer =
        testing::answer_of(kVenue, {.interval = model::Interval::k1m},
                           testing::bytes_of_file("src/goldtape/provider/alpaca/fixtures/" + name));
    answer.request = minutes();
    return answer;
  };
  const auto next = kVenue.next_page(page("bars_asof_page.json")).value();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->params.at("page_token"), "TUVUQXxEfDIwMjItMDYtMTNUMDQ6MDA6MDAuMDAwMDAwMDAwWg==");
  EXPECT_TRUE(kVenue.to_http(*next, keys())->url.ends_with("MDAwMDAwMDAwWg%3D%3D"));
  EXPECT_FALSE(kVenue.next_page(page("bars_empty.json")).value());
  Answer again = page("bars_asof_page.json");
  again.request = *next;
  EXPECT_EQ(kVenue.next_page(again).error().code, 2230) << "it would never end";
}

TEST(AlpacaRequest, OtherDatasetsHaveTheirPlaces) {
  const auto url = [](Ask ask) { return kVenue.to_http(kVenue.make_request(ask).value(), keys())->url; };
  const auto range = parse_range("2024-01-02", "2024-01-05").value();
  EXPECT_EQ(
      url({.dataset = "actions", .tickers = {"A"}, .range = range, .options = {}}),
      "https://data.alpaca.markets/v1/corporate-actions?symbols=A&start=2024-01-02&end=2024-01-05&limit=1000"
      "&sort=asc");
  EXPECT_EQ(url({.dataset = "listings", .tickers = {}, .range = {}, .options = {}}),
            "https://paper-api.alpaca.markets/v2/assets?asset_class=us_equity&status=active");
  EXPECT_EQ(url({.dataset = "sessions", .tickers = {}, .range = range, .options = {}}),
            "https://paper-api.alpaca.markets/v2/calendar?start=2024-01-02&end=2024-01-05");
  EXPECT_EQ(url({.dataset = "snapshots", .tickers = {"A"}, .range = {}, .options = {}}),
            "https://data.alpaca.markets/v2/stocks/snapshots?symbols=A&feed=sip");
}

TEST(AlpacaVerdict, WaitsForTheResetAndTellsASubscriptionFromABadKey) {
  io::HttpResponse response;
  response.status = 429;
  response.headers = {{"x-ratelimit-reset", "1700000007"}};
  const Timestamp now = Timestamp(std::chrono::seconds(1'700'000'000));
  EXPECT_EQ(kVenue.judge(response, now).retry_after, std::chrono::milliseconds(7000));
  response.status = 403;
  response.body = R"({"message":"subscription does not permit querying recent SIP data"})";
  EXPECT_EQ(kVenue.judge(response, now).outcome, Verdict::Outcome::kRefused);
  response.body = R"({"message":"forbidden."})";
  EXPECT_EQ(kVenue.judge(response, now).outcome, Verdict::Outcome::kUnauthorised);
}

}  // namespace
}  // namespace goldtape::provider::alpaca
