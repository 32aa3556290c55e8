#include "goldtape/provider/venue.h"

#include <array>

#include <gtest/gtest.h>

namespace goldtape::provider {
namespace {

constexpr std::array kIntervals{
    IntervalTraits{model::Interval::k1m, std::chrono::days(30), std::chrono::days(7)},
    IntervalTraits{model::Interval::k1d, {}, {}}};
constexpr std::array<std::string_view, 2> kWords{"raw", "split"};
constexpr std::array kOptions{OptionTraits{"adjustment", "raw", kWords}, OptionTraits{"feed", "", {}}};
constexpr std::array kDatasets{DatasetTraits{"bars", kIntervals, 3, true, kOptions, {}},
                               DatasetTraits{"listings", {}, 0, false, {}, {}}};
constexpr std::array<std::string_view, 1> kSecrets{"GOLDTAPE_TEST_VENUE_KEY"};
constexpr VenueTraits kTraits{.name = "test",
                              .title = "Test",
                              .base_url = "http://test",
                              .datasets = kDatasets,
                              .politeness = {},
                              .secrets = kSecrets};

class TestVenue final : public Venue {
 public:
  [[nodiscard]] const VenueTraits& traits() const override { return kTraits; }
  [[nodiscard]] Result<io::HttpRequest> to_http(const Request&, const Access&) const override {
    return io::HttpRequest{};
  }
  Result<Rows> parse(const Answer&) const override { return model::BarBatch{}; }
};

Ask good_ask() {
  return {.dataset = "bars",
          .tickers = {"MSFT", "AAPL", "MSFT"},
          .interval = model::Interval::k1m,
          .range = parse_range("2024-01-02", "2024-01-03").value(),
          .options = {}};
}

std::string refusal(const Ask& ask) { return TestVenue().make_request(ask).error().to_string(); }

TEST(MakeRequest, IsTheSameHoweverTheTickersAreOrderedAndTheFallbackIsSaid) {
  const Request request = TestVenue().make_request(good_ask()).value();
  EXPECT_EQ(request.to_json(),
            R"({"dataset":"bars","interval":"1m","params":{"adjustment":"raw","from":"2024-01-02T00:00:00Z",)"
            R"("tickers":"AAPL,MSFT","to":"2024-01-04T00:00:00Z"},"provider":"test","source":"test",)"
            R"("ticker":"_many"})");
  Ask said = good_ask();
  said.tickers = {"AAPL", "MSFT"};
  said.options["adjustment"] = "raw";
  EXPECT_EQ(TestVenue().make_request(said).value().id(), request.id());
  said.tickers = {"AAPL"};
  EXPECT_EQ(TestVenue().make_request(said).value().ticker, "AAPL");
}

TEST(MakeRequest, RefusesWhatTheVenueDoesNotDo) {
  Ask ask = good_ask();
  ask.dataset = "bar";
  EXPECT_EQ(
      refusal(ask),
      "GT2202: test: there is no dataset 'bar'; did you mean 'bars'?; there are bars or listings (test)");
  ask = good_ask();
  ask.interval = model::Interval::k5m;
  EXPECT_EQ(refusal(ask), "GT2203: test: no bars of 5m; there are 1m or 1d (test)");
  ask = good_ask();
  ask.tickers = {"A", "B", "C", "D"};
  EXPECT_EQ(refusal(ask), "GT2204: test: bars take 1 to 3 tickers in one request, not 4 (test)");
  ask.tickers = {"A B"};
  EXPECT_EQ(refusal(ask), "GT2204: test: 'A B' is not a ticker (test)");
  ask = good_ask();
  ask.range = parse_range("2024-01-02", "2024-01-09").value();
  EXPECT_EQ(refusal(ask), "GT2205: test: 1m bars come at most 7 days at a time (test)");
  ask.range.reset();
  EXPECT_EQ(refusal(ask), "GT2205: test: bars need a range with an end after its start (test)");
  ask = good_ask();
  ask.options["adjustment"] = "all";
  EXPECT_EQ(refusal(ask), "GT2206: test: adjustment is raw or split, not 'all' (test)");
  ask.options = {{"adjust", "raw"}};
  EXPECT_EQ(refusal(ask).substr(0, 44), "GT2206: test: bars have no option 'adjust'; ");
  EXPECT_EQ(refusal({.dataset = "listings", .tickers = {"A"}, .range = {}, .options = {}}),
            "GT2204: test: listings come as a whole, not by ticker (test)");
  EXPECT_EQ(refusal({.dataset = "listings", .tickers = {}, .range = good_ask().range, .options = {}}),
            "GT2205: test: listings are asked for as they are now, without a range (test)");
}

TEST(Venue, IsNotFetchedByItself) { EXPECT_EQ(TestVenue().fetch({}).error().code, 2201); }

TEST(AccessFromEnvironment, TakesOnlyWhatTheVenueNames) {
  setenv("GOLDTAPE_TEST_VENUE_KEY", "k", 1);
  const Access access = access_from_environment(kTraits, "http://127.0.0.1:1/");
  EXPECT_EQ(access.base_url, "http://127.0.0.1:1");
  ASSERT_EQ(access.secrets.size(), 1U);
  EXPECT_EQ(access.secrets.at("GOLDTAPE_TEST_VENUE_KEY"), "k");
  unsetenv("GOLDTAPE_TEST_VENUE_KEY");
  EXPECT_TRUE(access_from_environment(kTraits).secrets.empty());
}

TEST(ToAnswer, IsObservedAtTheDateTheServerSaysUnlessItsClockIsFarOff) {
  const Timestamp now = parse_timestamp("2026-11-21T14:35:30Z").value();
  io::HttpResponse response;
  response.status = 200;
  response.body = " {}";
  response.headers = {{"date", "Sat, 21 Nov 2026 14:35:27 GMT"}};
  const Answer answer = to_answer({}, response, "http://h/p?apikey=secret&a=1", now);
  EXPECT_EQ(format_timestamp(answer.observed_at), "2026-11-21T14:35:27Z");
  EXPECT_EQ(answer.extension, "json");
  EXPECT_EQ(answer.display_name.find("secret"), std::string::npos);
  response.headers = {{"date", "Sat, 21 Nov 2020 14:35:27 GMT"}};
  response.body = "Symbol|Name";
  const Answer skewed = to_answer({}, response, "http://h/p", now);
  EXPECT_EQ(skewed.observed_at, now);
  EXPECT_EQ(skewed.extension, "txt");
}

}  // namespace
}  // namespace goldtape::provider
