#include <gtest/gtest.h>

#include "goldtape/provider/yahoo/venue.h"

namespace goldtape::provider::yahoo {
namespace {

const YahooVenue kVenue;

Request daily() {
  return kVenue
      .make_request({.dataset = "bars",
                     .tickers = {"BRK-B"},
                     .interval = model::Interval::k1d,
                     .range = parse_range("2020-01-02", "2020-01-03").value(),
                     .options = {}})
      .value();
}

TEST(YahooRequest, BecomesAChartUrl) {
  const io::HttpRequest http = kVenue.to_http(daily(), {}).value();
  EXPECT_EQ(http.url,
            "https://query1.finance.yahoo.com/v8/finance/chart/"
            "BRK-B?period1=1577923200&period2=1578096000&interval=1d"
            "&includePrePost=false&events=div%7Csplit%7CcapitalGains");
  Access access;
  access.base_url = "http://127.0.0.1:9/yahoo";
  access.cookie = "A3=x";
  access.crumb = "a/b";
  const io::HttpRequest other = kVenue.to_http(daily(), access).value();
  EXPECT_TRUE(other.url.starts_with("http://127.0.0.1:9/yahoo/v8/finance/chart/BRK-B?"));
  EXPECT_TRUE(other.url.ends_with("&crumb=a%2Fb"));
  EXPECT_EQ(other.headers.back().value, "A3=x");
}

TEST(YahooRequest, MinutesAreAskedInWeeks) {
  Ask ask{.dataset = "bars",
          .tickers = {"AAPL"},
          .interval = model::Interval::k1m,
          .range = parse_range("2020-01-02", "2020-01-08").value(),
          .options = {{"extended", "true"}}};
  const Request week = kVenue.make_request(ask).value();
  EXPECT_NE(kVenue.to_http(week, {}).value().url.find("&interval=1m&includePrePost=true"), std::string::npos);
  ask.range = parse_range("2020-01-02", "2020-01-09").value();
  EXPECT_EQ(kVenue.make_request(ask).error().code, 2205);
}

TEST(YahooRequest, DailyBarsBringActionsAlong) {
  const std::vector<Request> also = kVenue.also_answers(daily());
  ASSERT_EQ(also.size(), 1U);
  EXPECT_EQ(also[0].dataset, "actions");
  EXPECT_NE(also[0].id(), daily().id());
  Request minutes = daily();
  minutes.interval = model::Interval::k1m;
  EXPECT_TRUE(kVenue.also_answers(minutes).empty());
}

TEST(YahooSession, IsOpenedByACookieAndACrumb) {
  Access access;
  EXPECT_EQ(kVenue.next_handshake(access)->url, "https://fc.yahoo.com/");
  io::HttpResponse response;
  response.status = 404;
  response.headers = {
      {"set-cookie", "A3=d=abc&S=x; Expires=Sun, 22 Nov 2026 00:00:00 GMT; Domain=.yahoo.com"}};
  ASSERT_TRUE(kVenue.take_handshake(response, access));
  EXPECT_EQ(access.cookie, "A3=d=abc&S=x");
  EXPECT_EQ(kVenue.next_handshake(access)->url, "https://query1.finance.yahoo.com/v1/test/getcrumb");
  response = {};
  response.status = 200;
  response.body = "<html>Too Many Requests</html>";
  EXPECT_EQ(kVenue.take_handshake(response, access).error().code, 2215);
  response.body = "Ab.c/1\n";
  ASSERT_TRUE(kVenue.take_handshake(response, access));
  EXPECT_EQ(access.crumb, "Ab.c/1");
  EXPECT_FALSE(kVenue.next_handshake(access));
}

TEST(YahooVerdict, TellsASpentSessionFromARefusalAndABlankStart) {
  using Outcome = Verdict::Outcome;
  const auto judged = [](int status, std::string body) {
    io::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return kVenue.judge(response, Timestamp{});
  };
  EXPECT_EQ(judged(401, R"({"finance":{"error":{"description":"Invalid Crumb"}}})").outcome,
            Outcome::kNeedsSession);
  EXPECT_EQ(judged(403, "Forbidden").outcome, Outcome::kUnauthorised);
  EXPECT_EQ(judged(403, "invalid cookie").outcome, Outcome::kNeedsSession);
  EXPECT_EQ(judged(429, "Too Many Requests").outcome, Outcome::kRetry);
  const Verdict early = judged(
      400,
      R"({"chart":{"result":null,"error":{"code":"Bad Request","description":"Data doesn't exist for startDate = 1"}}})");
  EXPECT_EQ(early.outcome, Outcome::kNotFound);
  EXPECT_EQ(
      judged(422, R"({"chart":{"error":{"description":"1m data not available for startTime=1"}}})").outcome,
      Outcome::kRefused);
}

}  // namespace
}  // namespace goldtape::provider::yahoo
