#include "goldtape/serve/http_server.h"
#include "goldtape/serve/http_test_client.h"
#include "goldtape/simulate/simulator.h"
#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

TroubleScript script(const std::string& entries) {
  auto parsed = parse_trouble_script(R"({"seed": 3, "trouble": [)" + entries + "]}", "test");
  EXPECT_TRUE(parsed) << parsed.error().to_string();
  return parsed ? *std::move(parsed) : TroubleScript{};
}

class Trouble : public WireTest {
 protected:
  /// A server in trouble. Its clock stands still.
  void start(const std::string& entries) {
    simulator = std::make_unique<Simulator>(SimulatorOptions{
        .market = std::move(market),
        .clock = std::make_shared<MovableClock>(std::make_shared<io::ManualClock>(Timestamp{}), now, 0),
        .real = real,
        .troubles = script(entries)});
    auto started =
        serve::HttpServer::start({}, [this](const auto& request) { return simulator->handle(request); });
    ASSERT_TRUE(started) << started.error().to_string();
    server = *std::move(started);
  }
  auto get(const std::string& target) const { return serve::test::RawClient(server->port()).get(target); }

  std::shared_ptr<io::ManualClock> real = std::make_shared<io::ManualClock>(now);
  std::unique_ptr<Simulator> simulator;
  std::unique_ptr<serve::HttpServer> server;
  const std::string spy = "/massive/v2/aggs/ticker/SPY/range/1/day/2024-01-02/2024-02-28?apiKey=k";
};

TEST_F(Trouble, AStatusComesInTheVenuesWordsAndWithRetryAfter) {
  start(R"({"do": "status", "status": 429, "retry_after_s": 7, "venue": "massive"})");
  const auto answer = get(spy);
  EXPECT_EQ(answer.status, 429);
  EXPECT_TRUE(answer.head.contains("Retry-After: 7\r\n")) << answer.head;
  EXPECT_EQ(Json::parse(answer.body)["status"], "ERROR");
  EXPECT_EQ(get("/nasdaq/nasdaqlisted.txt").status, 200);
}

TEST_F(Trouble, TimesAndAfterCountRequestsOrEachTarget) {
  TroubleMaker all(script(R"({"do": "status", "after": 1, "times": 2})"));
  TroubleMaker each(script(R"({"do": "status", "times": 1, "per": "target"})"));
  std::string seen_all, seen_each;
  for (const auto target : {"/a", "/b", "/a", "/b", "/c"}) {
    seen_all += all.meet(Venue::kYahoo, target, target, {}).empty() ? '.' : 'x';
    seen_each += each.meet(Venue::kYahoo, target, target, {}).empty() ? '.' : 'x';
  }
  EXPECT_EQ(seen_all, ".xx..");
  EXPECT_EQ(seen_each, "xx..x");
}

TEST_F(Trouble, AShareIsDrawnByTargetAndCountWhateverTheOrder) {
  const auto rules = script(R"({"do": "slow", "share": 0.3})");
  TroubleMaker one(rules), other(rules);
  std::map<int, std::string> forth, back;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) {
      const std::string a = "/" + std::to_string(i), b = "/" + std::to_string(49 - i);
      forth[i] += one.meet(Venue::kYahoo, a, a, {}).empty() ? '.' : 'x';
      back[49 - i] += other.meet(Venue::kYahoo, b, b, {}).empty() ? '.' : 'x';
    }
  }
  EXPECT_EQ(forth, back);
  std::string all;
  for (const auto& [i, text] : forth) all += text;
  EXPECT_NEAR(static_cast<double>(std::ranges::count(all, 'x')), 300, 60);
}

TEST_F(Trouble, ALimitRefusesWhatComesTooFast) {
  TroubleMaker maker(script(R"({"do": "limit", "requests_per_s": 2, "burst": 3})"));
  int refused = 0;
  for (int ms = 1; ms <= 10'000; ms += 100) {  // Ten a second.
    refused += maker.meet(Venue::kYahoo, "/", "/", std::chrono::milliseconds{ms}).empty() ? 0 : 1;
  }
  EXPECT_NEAR(refused, 100 - 3 - 20, 1);
  refused = 0;
  for (int ms = 20'000; ms <= 30'000; ms += 500) {
    refused += maker.meet(Venue::kYahoo, "/", "/", std::chrono::milliseconds{ms}).empty() ? 0 : 1;
  }
  EXPECT_EQ(refused, 0);
}

TEST_F(Trouble, ACutAnswerPromisesMoreThanItSends) {
  start(R"({"do": "cut", "keep": 0.25})");
  serve::test::RawClient client(server->port());
  client.send("GET " + spy + " HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string all = client.receive_all();
  EXPECT_TRUE(client.closed());
  const auto head = all.find("\r\n\r\n") + 4;
  const auto length = all.find("Content-Length: ");
  ASSERT_NE(length, std::string::npos) << all.substr(0, head);
  const auto promised = std::stoul(all.substr(length + 16));
  EXPECT_GT(promised, 1000U);
  EXPECT_NEAR(static_cast<double>(all.size() - head), static_cast<double>(promised) / 4, 2);
}

TEST_F(Trouble, AMalformedAnswerIsWholeAsHttpOnly) {
  start(R"({"do": "malformed", "keep": 0.5})");
  const auto answer = get(spy);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(Json::parse(answer.body, nullptr, false).is_discarded());
}

TEST_F(Trouble, OtherFormsOfNonsense) {
  start(R"({"do": "html", "path": "/html"}, {"do": "empty_body", "path": "/empty"},
           {"do": "redirect", "to": "http://127.0.0.1:9/", "path": "/elsewhere"},
           {"do": "content_type", "type": "image/png", "path": "/nasdaqlisted.txt"},
           {"do": "skew", "by_s": -86400, "path": "/otherlisted.txt"})");
  EXPECT_TRUE(get("/yahoo/html").body.starts_with("<!DOCTYPE html>"));
  EXPECT_EQ(get("/yahoo/empty").body, "");
  EXPECT_EQ(get("/yahoo/empty").status, 200);
  const auto elsewhere = get("/yahoo/elsewhere");
  EXPECT_EQ(elsewhere.status, 302);
  EXPECT_TRUE(elsewhere.head.contains("Location: http://127.0.0.1:9/\r\n"));
  EXPECT_TRUE(get("/nasdaq/nasdaqlisted.txt").head.contains("Content-Type: image/png\r\n"));
  EXPECT_TRUE(get("/nasdaq/otherlisted.txt").head.contains("Date: Thu, 29 Feb 2024 22:00:00 GMT\r\n"));
}

TEST_F(Trouble, AnAnswerCanBeHugeOrSmallAndHugeUnpacked) {
  start(R"({"do": "huge", "bytes": 3000000, "venue": "massive"},
           {"do": "gzip_bomb", "bytes": 20000000, "venue": "nasdaq"})");
  serve::test::RawClient client(server->port());
  client.send("GET " + spy + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.receive_all();
  EXPECT_GT(all.size(), 3'000'000U);
  EXPECT_TRUE(all.contains("\"ticker\":\"SPY\""));
  const auto bomb = get("/nasdaq/nasdaqlisted.txt");
  EXPECT_TRUE(bomb.head.contains("Content-Encoding: gzip\r\n"));
  EXPECT_LT(bomb.body.size(), 200'000U);
  EXPECT_TRUE(bomb.body.starts_with("\x1f\x8b"));
}

TEST_F(Trouble, AChartMayNeedTheCookieAndTheCrumb) {
  start(R"({"do": "crumb"})");
  const std::string chart = "/yahoo/v8/finance/chart/SPY?range=5d";
  EXPECT_EQ(get(chart).status, 401);
  EXPECT_TRUE(get(chart).body.contains("Invalid Crumb"));
  const auto with_cookie = [&](const std::string& target) {
    serve::test::RawClient client(server->port());
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\nCookie: A3=d=AQABBSIMULATED\r\n\r\n");
    return client.answer();
  };
  EXPECT_TRUE(get("/yahoo/fc").head.contains("Set-Cookie: A3=d=AQABBSIMULATED"));
  const auto crumb = with_cookie("/yahoo/v1/test/getcrumb");
  EXPECT_EQ(crumb.status, 200);
  EXPECT_EQ(with_cookie(chart).status, 401);
  EXPECT_EQ(with_cookie(chart + "&crumb=" + crumb.body).status, 200);
}

TEST_F(Trouble, ASlowAnswerIsHeldBack) {
  start(R"({"do": "slow", "delay_ms": 300})");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(spy).status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{300});
}

TEST_F(Trouble, FaultsOfTheDataMeetTheVenueTickersAndDaysNamed) {
  start(
      R"({"do": "empty", "venue": "massive", "tickers": ["SPY"], "from": "2024-02-27", "to": "2024-02-28"})");
  EXPECT_EQ(Json::parse(get(spy).body)["resultsCount"], 38);
  EXPECT_EQ(Json::parse(get("/massive/v2/aggs/ticker/AAPL/range/1/day/2024-01-02/2024-02-28?apiKey=k")
                            .body)["resultsCount"],
            40);
  EXPECT_EQ(Json::parse(get("/yahoo/v8/finance/chart/SPY?period1=1704085200&period2=1709168400")
                            .body)["chart"]["result"][0]["timestamp"]
                .size(),
            40U);
}

TEST_F(Trouble, AScriptIsReplacedWhileItRuns) {
  start(R"({"do": "status", "status": 500})");
  EXPECT_EQ(get(spy).status, 500);
  serve::Request put;
  put.method = "PUT";
  put.path = "/simulator/trouble";
  EXPECT_EQ(simulator->handle(put).status, 200);
  EXPECT_EQ(get(spy).status, 200);
  put.body = R"({"trouble": [{"do": "nothing"}]})";
  EXPECT_EQ(simulator->handle(put).status, 400);
  EXPECT_EQ(get(spy).status, 200);
}

TEST(TroublePattern, AStarIsAnything) {
  EXPECT_TRUE(fits_pattern("/v8/finance/chart/AAPL", ""));
  EXPECT_TRUE(fits_pattern("/v8/finance/chart/AAPL", "*/chart/A*"));
  EXPECT_TRUE(fits_pattern("/aab", "*ab"));
  EXPECT_FALSE(fits_pattern("/v8/finance/chart/AAPL", "*/chart/B*"));
  EXPECT_FALSE(fits_pattern("/a", "/"));
}

TEST(TroubleScript, SaysWhatItDoesNotUnderstand) {
  const auto refuse = [](std::string_view text, std::string_view says) {
    const auto parsed = parse_trouble_script(text, "t.json");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, 8106);
    EXPECT_TRUE(parsed.error().to_string().contains(says)) << parsed.error().to_string();
  };
  refuse("", "is JSON");
  refuse("[]", "is JSON");
  refuse("{}", "\"trouble\" is a list");
  refuse(R"({"trouble": [], "seeds": 1})", "\"seeds\" has no meaning");
  refuse(R"({"trouble": [5]})", "t.json, trouble 1");
  refuse(R"({"trouble": [{"do": "explode"}]})", "has to be one of status limit crumb");
  refuse(R"({"trouble": [{"do": "slow", "delay": 5}]})", "\"delay\" has no meaning");
  refuse(R"({"trouble": [{"do": "status", "status": 200}]})", "from 400 to 599");
  refuse(R"({"trouble": [{"do": "status", "share": 2}]})", "from 0 to 1");
  refuse(R"({"trouble": [{"do": "status", "venue": "nyse"}]})", "\"nyse\"");
  refuse(R"({"trouble": [{"do": "limit"}]})", "requests_per_s");
  refuse(R"({"trouble": [{"do": "redirect"}]})", "\"to\"");
  refuse(R"({"trouble": [{"do": "cut", "per": "day"}]})", "\"per\"");
  refuse(R"({"trouble": [{"do": "empty", "from": "today"}]})", "\"from\"");
  refuse(R"({"trouble": [{"do": "holes", "tickers": "AAPL"}]})", "\"tickers\"");
  refuse(R"({"trouble": [{"do": "huge", "bytes": -1}]})", "\"bytes\"");
}

TEST(TroubleScript, MayHaveComments) {
  EXPECT_EQ(parse_trouble_script("{\"trouble\": [ // none\n ]}", "t")->wire.size(), 0U);
}

}  // namespace
}  // namespace goldtape::simulate
