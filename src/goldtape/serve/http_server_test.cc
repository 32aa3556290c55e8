#include "goldtape/serve/http_server.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldtape/serve/http_test_client.h"

namespace goldtape::serve {
namespace {

using test::RawClient;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Response echo(const Request& request) {
  return Response::text(200, request.method + " " + request.path + " " + request.body);
}

std::unique_ptr<HttpServer> start(Handler handler, HttpServerOptions options = {}) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server.has_value()) << server.error().to_string();
  return *std::move(server);
}

TEST(HttpServer, AnswersManyRequestsOnOneConnection) {
  const auto server = start(echo);
  EXPECT_THAT(server->url(), StartsWith("http://127.0.0.1:"));
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get("/a?b=c");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /a ");
    EXPECT_THAT(answer.head, HasSubstr("\r\nDate: "));
    EXPECT_THAT(answer.head, HasSubstr("\r\nX-Request-Id: "));
    EXPECT_THAT(answer.head, Not(HasSubstr("Connection: close")));
  }
  EXPECT_EQ(server->stats().requests, 3U);
  EXPECT_EQ(server->stats().connections, 1U);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const auto server = start([](const Request& request) {
    if (request.path == "/slow") std::this_thread::sleep_for(50ms);
    return echo(request);
  });
  RawClient client(server->port());
  client.send(
      "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz"
      "GET /c HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET /slow ");
  EXPECT_EQ(client.answer().body, "POST /b xyz");
  EXPECT_EQ(client.answer().body, "GET /c ");
}

TEST(HttpServer, ReadsBodiesInChunksAndAfterContinue) {
  const auto server = start(echo);
  RawClient client(server->port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(client.answer().body, "POST / abcde");
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(client.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  client.send("ok");
  EXPECT_EQ(client.answer().body, "PUT / ok");
}

TEST(HttpServer, KeepsTheClientsRequestIdAndMakesOne) {
  const auto server = start([](const Request& request) {
    return Response::error(request, Error{ErrorKind::kNotFound, 4011, "there is no table \"x\""});
  });
  RawClient client(server->port());
  const auto answer = client.get("/", "X-Request-ID: abc-1\r\n");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, R"({"code":"GT4011","message":"there is no table \"x\"","request_id":"abc-1"})");
  EXPECT_THAT(answer.head, HasSubstr("X-Request-Id: abc-1\r\n"));
  EXPECT_THAT(client.get("/", "X-Request-Id: no good\r\n").head, Not(HasSubstr("no good")));
}

TEST(HttpServer, SendsNoBodyToHeadAndCleansHeaders) {
  const auto server = start([](const Request&) {
    Response response = Response::text(200, "body");
    response.headers.add("X-Split", "a\r\nEvil: 1");
    response.headers.add("Content-Length", "999");
    return response;
  });
  RawClient client(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.receive_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Split: a  Evil: 1\r\n"));
  EXPECT_EQ(client.answer().body, "body");
}

TEST(HttpServer, ClosesWhenTheClientAsksOrSpeaksAnOlderVersion) {
  const auto server = start(echo);
  RawClient closing(server->port());
  closing.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(closing.receive_all(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(closing.closed());
  RawClient old(server->port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.receive_all(), HasSubstr("GET / "));
  EXPECT_TRUE(old.closed());
}

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
};

class BadRequests : public ::testing::TestWithParam<BadRequest> {};

TEST_P(BadRequests, AreRefusedAndTheConnectionEnds) {
  const auto server = start(echo, {.max_header_bytes = 1024, .max_body_bytes = 100});
  RawClient client(server->port());
  client.send(GetParam().bytes);
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, GetParam().status) << answer.head;
  EXPECT_THAT(answer.body, HasSubstr(R"("code":"GT8021")"));
  client.receive_all();
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server->stats().refused, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    HttpServer, BadRequests,
    ::testing::Values(
        BadRequest{"Noise", "\x16\x03\x01 hello\r\n\r\n", 400},
        BadRequest{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        BadRequest{"NotAPath", "GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"BadPercent", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"NulInPath", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"TwoLengths",
                   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        BadRequest{
            "LengthAndChunks",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        BadRequest{"BadChunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        BadRequest{"LongHeader", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(4000, 'a') + "\r\n\r\n",
                   431},
        BadRequest{"LongTarget", "GET /" + std::string(4000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
        BadRequest{"LongBody", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", 413},
        BadRequest{
            "LongChunks",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + std::string(128, 'a'),
            413}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(HttpServer, ClosesOnAClientThatDribblesItsHeader) {
  const auto server = start(echo, {.header_timeout = 200ms});
  RawClient client(server->port());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100 && !client.closed(); ++i) {  // Each byte comes in good time; the whole does not.
    client.send("G");
    client.receive(20);
  }
  EXPECT_TRUE(client.closed());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(HttpServer, ClosesOnABodyThatDoesNotComeAndOnSilence) {
  const auto server = start(echo, {.body_timeout = 100ms, .idle_timeout = 150ms});
  RawClient body(server->port());
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(body.receive_all(3000), "");
  EXPECT_TRUE(body.closed());
  RawClient silent(server->port());
  EXPECT_EQ(silent.get("/").status, 200);
  EXPECT_EQ(silent.receive_all(3000), "");
  EXPECT_TRUE(silent.closed());
}

/// A stream of so many pieces, and how many were asked for.
BodySource pieces(int count, std::size_t size, std::shared_ptr<std::atomic<int>> asked) {
  return [=]() -> Result<std::optional<std::string>> {
    const int piece = (*asked)++;
    if (piece == count) return std::nullopt;
    return std::string(size, static_cast<char>('a' + piece % 26));
  };
}

TEST(HttpServer, StreamsInChunksOrWithAKnownLength) {
  const auto server = start([](const Request& request) {
    Response response;
    response.stream = pieces(3, 4, std::make_shared<std::atomic<int>>(0));
    if (request.path == "/known") response.stream_size = 12;
    return response;
  });
  RawClient client(server->port());
  auto answer = client.get("/");
  EXPECT_THAT(answer.head, HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_EQ(answer.body, "aaaabbbbcccc");
  answer = client.get("/known");
  EXPECT_THAT(answer.head, HasSubstr("Content-Length: 12"));
  EXPECT_EQ(answer.body, "aaaabbbbcccc");
  RawClient old(server->port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  const std::string all = old.receive_all();
  EXPECT_THAT(all, Not(HasSubstr("chunked")));
  EXPECT_TRUE(all.ends_with("\r\n\r\naaaabbbbcccc")) << all;
}

TEST(HttpServer, AsksForNoMoreThanASlowClientTakes) {
  auto asked = std::make_shared<std::atomic<int>>(0);
  const auto server = start([asked](const Request&) {
    Response response;
    response.stream = pieces(1000, 256U << 10, asked);
    return response;
  });
  RawClient client(server->port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(300ms);
  EXPECT_LT(asked->load(), 100);  // The sockets' buffers hold some.
  const int before = *asked;
  for (std::size_t bytes = 0; bytes < (64U << 20);) {
    const std::string got = client.receive();
    ASSERT_FALSE(got.empty());
    bytes += got.size();
  }
  EXPECT_GT(asked->load(), before + 50);
}

TEST(HttpServer, AStreamThatFailsIsAnErrorAtFirstAndACutLater) {
  const auto server = start([](const Request& request) {
    Response response;
    response.stream = [left =
                           request.path == "/late" ? 2 : 0]() mutable -> Result<std::optional<std::string>> {
      if (left-- == 0) return fail(ErrorKind::kIo, 7001, "the disk is gone");
      return "piece";
    };
    return response;
  });
  RawClient client(server->port());
  EXPECT_EQ(client.get("/early").status, 500);
  client.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string cut = client.receive_all();
  EXPECT_THAT(cut, HasSubstr("piece"));
  EXPECT_THAT(cut, Not(HasSubstr("\r\n0\r\n\r\n")));
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, SendsLargeBodiesWhole) {
  const std::string body(10U << 20, 'x');
  const auto server = start([&](const Request&) { return Response::text(200, body); });
  RawClient client(server->port());
  EXPECT_EQ(client.get("/").body, body);
}

TEST(HttpServer, GivesUpOnAClientThatTakesNothing) {
  const auto server = start([](const Request&) { return Response::text(200, std::string(64U << 20, 'x')); },
                            {.write_timeout = 200ms});
  RawClient client(server->port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 500 && server->stats().open_connections == 0; ++i) std::this_thread::sleep_for(2ms);
  for (int i = 0; i < 500 && server->stats().open_connections > 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server->stats().open_connections, 0U);
}

TEST(HttpServer, TurnsExceptionsIntoAnswersAndHoldsBackDelayedOnes) {
  const auto server = start([](const Request& request) -> Response {
    if (request.path == "/throws") throw std::runtime_error("broken");
    Response response = Response::text(200, "late");
    response.delay = 100ms;
    return response;
  });
  RawClient client(server->port());
  const auto answer = client.get("/throws");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("broken"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client.get("/").body, "late");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms);
}

TEST(HttpServer, RefusesConnectionsAndRequestsBeyondItsLimits) {
  const auto server = start(
      [](const Request&) {
        std::this_thread::sleep_for(300ms);
        return Response::text(200, "slow");
      },
      {.worker_threads = 1, .max_queued_requests = 1, .max_connections = 3});
  RawClient running(server->port());
  running.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  RawClient queued(server->port());
  queued.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  RawClient busy(server->port());
  EXPECT_EQ(busy.get("/").status, 503);
  RawClient third(server->port());
  std::this_thread::sleep_for(20ms);
  RawClient crowded(server->port());
  EXPECT_THAT(crowded.receive_until("\r\n"), HasSubstr(" 503 "));
  EXPECT_EQ(running.answer().body, "slow");
  EXPECT_EQ(queued.answer().body, "slow");
}

TEST(HttpServer, StopLetsTheRunningRequestEndAndClosesTheOthers) {
  std::atomic<bool> begun = false;
  const auto server = start([&](const Request&) {
    begun = true;
    std::this_thread::sleep_for(200ms);
    return Response::text(200, "done");
  });
  RawClient idle(server->port());
  RawClient running(server->port());
  running.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!begun) std::this_thread::sleep_for(1ms);
  std::thread stopper([&] { server->stop(); });
  const auto answer = running.answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_THAT(answer.head, HasSubstr("Connection: close"));
  EXPECT_EQ(idle.receive(), "");
  EXPECT_TRUE(idle.closed());
  stopper.join();
  EXPECT_EQ(server->stats().open_connections, 0U);
}

TEST(HttpServer, StopDoesNotWaitForEverForASlowClient) {
  const auto server = start([](const Request&) { return Response::text(200, std::string(64U << 20, 'x')); },
                            {.drain_timeout = 100ms});
  RawClient client(server->port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.receive();
  const auto begin = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST(HttpServer, SaysWhenItCannotListen) {
  const auto server = start(echo);
  auto second = HttpServer::start({.port = server->port()}, echo);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, 8020);
  EXPECT_THAT(second.error().to_string(), HasSubstr(std::to_string(server->port())));
  auto elsewhere = HttpServer::start({.host = "192.0.2.1"}, echo);
  ASSERT_FALSE(elsewhere.has_value());
  EXPECT_EQ(elsewhere.error().code, 8020);
}

TEST(HttpServer, ServesHundredsOfConnectionsOnTwoThreads) {
  const auto server = start(echo, {.io_threads = 2, .worker_threads = 2});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 400; ++i) clients.push_back(std::make_unique<RawClient>(server->port()));
  for (int round = 0; round < 2; ++round) {
    for (const auto& client : clients) client->send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    for (const auto& client : clients) EXPECT_EQ(client->answer().body, "GET /x ");
  }
  EXPECT_EQ(server->stats().requests, 800U);
}

}  // namespace
}  // namespace goldtape::serve
