#include <set>

#include <gtest/gtest.h>

#include "goldtape/io/http.h"
#include "goldtape/testing/scripted_http_server.h"

namespace goldtape::io {
namespace {

using std::chrono::milliseconds;
using testing::http_answer;
using testing::ScriptedHttpServer;
using testing::ScriptedReply;

void finish(HttpTransfers& transfers) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (transfers.in_flight() > 0 && std::chrono::steady_clock::now() < until)
    transfers.wait(milliseconds(50));
}

TEST(HttpTransfers, ManyAtOnceOverFewConnections) {
  const ScriptedHttpServer server([](const std::string& request) {
    return ScriptedReply{.bytes = http_answer("200 OK", request.substr(5, request.find(" HTTP") - 5)),
                         .delay = milliseconds(20)};
  });
  HttpTransfers transfers({.max_connections_per_host = 8});
  std::set<std::string> got;
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 80; ++i) {
    transfers.start({.url = server.url("/" + std::to_string(i))}, [&](Result<HttpResponse> answer) {
      ASSERT_TRUE(answer) << answer.error().to_string();
      got.insert(answer->body);
    });
  }
  EXPECT_EQ(transfers.in_flight(), 80U);
  finish(transfers);
  EXPECT_EQ(got.size(), 80U);
  EXPECT_LE(server.connections(), 8);
  // One after the other they would need 1.6 s.
  EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(1400));
}

TEST(HttpTransfers, FollowsRedirectsAndReportsErrorsEach) {
  const ScriptedHttpServer server([](const std::string& request) {
    if (request.starts_with("GET /old"))
      return ScriptedReply{http_answer("302 Found", "", "Location: /new\r\n")};
    if (request.starts_with("GET /cut"))
      return ScriptedReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", .close = true};
    return ScriptedReply{http_answer("200 OK", "new")};
  });
  HttpTransfers transfers;
  std::string body;
  std::vector<std::uint16_t> codes;
  transfers.start({.url = server.url("/old")},
                  [&](Result<HttpResponse> answer) { body = answer.value().body; });
  transfers.start({.url = server.url("/cut")},
                  [&](Result<HttpResponse> answer) { codes.push_back(answer.error().code); });
  transfers.start({.url = "nonsense"},
                  [&](Result<HttpResponse> answer) { codes.push_back(answer.error().code); });
  finish(transfers);
  EXPECT_EQ(body, "new");
  EXPECT_EQ(codes, (std::vector<std::uint16_t>{7301, 7307}));
}

TEST(HttpTransfers, DoneMayStartMore) {
  const ScriptedHttpServer server(
      [](const std::string&) { return ScriptedReply{http_answer("200 OK", "x")}; });
  HttpTransfers transfers;
  int left = 5;
  std::function<void(Result<HttpResponse>)> next = [&](const Result<HttpResponse>& answer) {
    ASSERT_TRUE(answer);
    if (--left > 0) transfers.start({.url = server.url()}, next);
  };
  transfers.start({.url = server.url()}, next);
  finish(transfers);
  EXPECT_EQ(left, 0);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransfers, GivesUpWhatIsUnderWay) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{.bytes = http_answer("200 OK", "x"), .delay = milliseconds(300)};
  });
  bool called = false;
  {
    HttpTransfers transfers;
    transfers.start({.url = server.url()}, [&](const Result<HttpResponse>&) { called = true; });
    transfers.wait(milliseconds(20));
  }
  EXPECT_FALSE(called);
}

TEST(HttpTransfers, WaitsItsTimeWithNothingToDo) {
  HttpTransfers transfers;
  const auto before = std::chrono::steady_clock::now();
  transfers.wait(milliseconds(30));
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(30));
}

}  // namespace
}  // namespace goldtape::io
