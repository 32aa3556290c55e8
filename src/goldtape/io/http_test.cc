#include "goldtape/io/http.h"

#include <fstream>

#include <gtest/gtest.h>

#include "goldtape/io/compression.h"
#include "goldtape/testing/scripted_http_server.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::http_answer;
using testing::ScriptedHttpServer;
using testing::ScriptedReply;

/// A port at which nobody listens.
int closed_port() {
  const ScriptedHttpServer gone([](const std::string&) { return ScriptedReply{}; });
  return gone.port();
}

TEST(HttpClient, GivesStatusHeadersAndBody) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{
        http_answer("404 Not Found", "{}", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"1\"\r\n")};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url("/a?b=c"), .headers = {{"X-One", "1"}}});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->header("etag"), "\"1\"");
  EXPECT_EQ(answer->date(), parse_timestamp("1994-11-06T08:49:37Z").value());
  EXPECT_EQ(answer->url, server.url("/a?b=c"));
  const std::string asked = server.requests().at(0);
  EXPECT_TRUE(asked.starts_with("GET /a?b=c HTTP/1.1\r\n")) << asked;
  EXPECT_NE(asked.find("X-One: 1\r\n"), std::string::npos);
  EXPECT_NE(asked.find("User-Agent: goldtape\r\n"), std::string::npos);
}

TEST(HttpClient, UsesItsConnectionAgain) {
  const ScriptedHttpServer server(
      [](const std::string&) { return ScriptedReply{http_answer("200 OK", "x")}; });
  HttpClient client;
  EXPECT_FALSE(client.send({.url = server.url()}).value().reused_connection);
  EXPECT_TRUE(client.send({.url = server.url()}).value().reused_connection);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, SendsBodiesAndOtherMethods) {
  const ScriptedHttpServer server(
      [](const std::string&) { return ScriptedReply{http_answer("200 OK", "")}; });
  HttpClient client;
  ASSERT_TRUE(client.send({.method = "PUT", .url = server.url(), .body = "abc"}));
  ASSERT_TRUE(client.send({.method = "DELETE", .url = server.url()}));
  ASSERT_TRUE(client.send({.method = "POST", .url = server.url()}));
  const auto asked = server.requests();
  EXPECT_TRUE(asked.at(0).starts_with("PUT / HTTP/1.1")) << asked[0];
  EXPECT_TRUE(asked.at(0).ends_with("\r\n\r\nabc")) << asked[0];
  EXPECT_TRUE(asked.at(1).starts_with("DELETE / HTTP/1.1")) << asked[1];
  EXPECT_NE(asked.at(2).find("Content-Length: 0"), std::string::npos) << asked[2];
}

TEST(HttpClient, HeadHasNoBodyWhateverItsLength) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"};
  });
  HttpClient client;
  const auto answer = client.send({.method = "HEAD", .url = server.url()});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->header("content-length"), "99999999999");
}

TEST(HttpClient, UnpacksGzip) {
  const std::string packed = compress_gzip("the bars").value();
  const ScriptedHttpServer server([&](const std::string&) {
    return ScriptedReply{http_answer("200 OK", packed, "Content-Encoding: gzip\r\n")};
  });
  HttpClient client;
  EXPECT_EQ(client.send({.url = server.url()}).value().body, "the bars");
  EXPECT_EQ(client.send({.url = server.url(), .decode = false}).value().body, packed);
}

TEST(HttpClient, AnswerOfTenGigabytesIsRefusedByItsLength) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
                         .then_again = std::string(65'536, 'x')};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url(), .max_body_bytes = 1 << 20});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7306);
}

TEST(HttpClient, EndlessAnswerIsCutOff) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{.bytes = "HTTP/1.1 200 OK\r\n\r\n", .then_again = std::string(65'536, 'x')};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url(), .max_body_bytes = 1 << 20});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7306);
  EXPECT_NE(answer.error().message.find("1048576 bytes"), std::string::npos) << answer.error().message;
}

TEST(HttpClient, GzipBombIsCutOff) {
  const std::string bomb = compress_gzip(std::string(64 << 20, '\0')).value();
  ASSERT_LT(bomb.size(), 100'000U);
  const ScriptedHttpServer server([&](const std::string&) {
    return ScriptedReply{http_answer("200 OK", bomb, "Content-Encoding: gzip\r\n")};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url(), .max_body_bytes = 1 << 20});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7306);
}

TEST(HttpClient, DamagedGzipIsSaid) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{http_answer("200 OK", "this is not gzip", "Content-Encoding: gzip\r\n")};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7309) << answer.error().to_string();
}

TEST(HttpClient, CutAnswerIsTransient) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .close = true};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7307) << answer.error().to_string();
  EXPECT_TRUE(is_transient(answer.error()));
}

TEST(HttpClient, WhatIsNotHttpIsSaid) {
  const ScriptedHttpServer server(
      [](const std::string&) { return ScriptedReply{.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .close = true}; });
  HttpClient client;
  const auto answer = client.send({.url = server.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7307) << answer.error().to_string();
}

TEST(HttpClient, NobodyListens) {
  HttpClient client;
  const auto answer = client.send({.url = "http://127.0.0.1:" + std::to_string(closed_port())});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7302);
  EXPECT_EQ(exit_code(answer.error().kind), 4);
}

TEST(HttpClient, SlowAnswerRunsOutOfTotalTime) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{.bytes = http_answer("200 OK", "x"), .delay = seconds(5)};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url(), .total_timeout = milliseconds(100)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7303);
  EXPECT_TRUE(is_transient(answer.error()));
}

TEST(HttpClient, SilentAnswerRunsOutOfIdleTime) {
  const ScriptedHttpServer server([](const std::string&) {
    return ScriptedReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .hang = seconds(20)};
  });
  HttpClient client({.idle_timeout = seconds(1)});
  const auto before = std::chrono::steady_clock::now();
  const auto answer = client.send({.url = server.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7303) << answer.error().to_string();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(10));
}

TEST(HttpClient, FollowsRedirectsOfTheSameHost) {
  const ScriptedHttpServer server([](const std::string& request) {
    return request.starts_with("GET /old")
               ? ScriptedReply{http_answer("301 Moved Permanently", "gone", "Location: /new\r\n")}
               : ScriptedReply{http_answer("200 OK", "here")};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url("/old")});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "here");
  EXPECT_EQ(answer->url, server.url("/new"));
}

TEST(HttpClient, DoesNotFollowARedirectElsewhere) {
  const ScriptedHttpServer other(
      [](const std::string&) { return ScriptedReply{http_answer("200 OK", "evil")}; });
  const ScriptedHttpServer server([&](const std::string&) {
    return ScriptedReply{
        http_answer("302 Found", "", "Location: " + other.url("/login?token=abcdef") + "\r\n")};
  });
  HttpClient client;
  const auto answer = client.send({.url = server.url(), .headers = {{"Authorization", "Bearer s3cret"}}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7308);
  EXPECT_EQ(answer.error().message.find("abcdef"), std::string::npos) << answer.error().message;
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, AnAllowedRedirectCarriesNoCredentials) {
  const ScriptedHttpServer other(
      [](const std::string&) { return ScriptedReply{http_answer("200 OK", "file")}; });
  const ScriptedHttpServer server([&](const std::string&) {
    return ScriptedReply{http_answer("302 Found", "", "Location: " + other.url("/f") + "\r\n")};
  });
  HttpClient client({.redirect_hosts = {"127.0.0.1"}});
  const auto answer =
      client.send({.url = server.url(),
                   .headers = {{"Authorization", "Bearer s3cret"}, {"APCA-API-KEY-ID", "k"}, {"X-A", "b"}}});
  ASSERT_TRUE(answer) << answer.error().to_string();
  const std::string asked = other.requests().at(0);
  EXPECT_EQ(asked.find("s3cret"), std::string::npos) << asked;
  EXPECT_EQ(asked.find("APCA"), std::string::npos) << asked;
  EXPECT_NE(asked.find("X-A: b"), std::string::npos) << asked;
}

TEST(HttpClient, EndlessRedirectsEnd) {
  const ScriptedHttpServer server(
      [](const std::string&) { return ScriptedReply{http_answer("302 Found", "", "Location: /again\r\n")}; });
  HttpClient client;
  const auto answer = client.send({.url = server.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7308);
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST(HttpClient, ProxyGetsTheWholeUrl) {
  const ScriptedHttpServer proxy(
      [](const std::string&) { return ScriptedReply{http_answer("200 OK", "via proxy")}; });
  HttpClient client({.proxy = proxy.url("")});
  const auto answer = client.send({.url = "http://venue.invalid/bars"});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "via proxy");
  EXPECT_TRUE(proxy.requests().at(0).starts_with("GET http://venue.invalid/bars HTTP/1.1"))
      << proxy.requests()[0];
}

TEST(HttpClient, ProxyThatRefusesIsNamed) {
  const ScriptedHttpServer proxy(
      [](const std::string&) { return ScriptedReply{http_answer("407 Proxy Authentication Required", "")}; });
  HttpClient client({.proxy = proxy.url("")});
  const auto answer = client.send({.url = "https://venue.invalid/bars"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7312) << answer.error().to_string();
}

TEST(HttpClient, NoSecretInAnyError) {
  HttpClient client;
  const std::string base = "http://me:hunter22@127.0.0.1:" + std::to_string(closed_port());
  for (const std::string& url :
       {base + "/x?apiKey=hunter22&crumb=hunter22", std::string("gopher://h/?apiKey=hunter22"),
        base + "/x\r\nX: y?apiKey=hunter22"}) {
    const auto answer = client.send({.url = url, .headers = {{"Authorization", "hunter22"}}});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().to_string().find("hunter22"), std::string::npos) << answer.error().to_string();
  }
  const auto broken = client.send({.url = base, .headers = {{"Authorization", "hunter22\r\nX: 1"}}});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, 7301);
  EXPECT_EQ(broken.error().to_string().find("hunter22"), std::string::npos);
}

TEST(HttpClient, ShownAsReplacesTheUrl) {
  HttpClient client;
  const auto answer =
      client.send({.url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/hook/hunter22",
                   .shown_as = "the webhook"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().where, "the webhook");
}

TEST(HttpClient, MissingAuthorityFileIsNamed) {
  HttpClient client({.ca_file = "/nowhere/ca.pem"});
  const auto answer = client.send({.url = "https://127.0.0.1:1"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 7305);
  EXPECT_EQ(answer.error().where, "/nowhere/ca.pem");
}

TEST(HttpClient, PlainServerUnderHttpsIsATlsError) {
  const ScriptedHttpServer server(
      [](const std::string&) { return ScriptedReply{http_answer("400 Bad", "")}; });
  HttpClient client;
  const auto answer = client.send(
      {.url = "https://127.0.0.1:" + std::to_string(server.port()), .total_timeout = milliseconds(300)});
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().code == 7304 || answer.error().code == 7303) << answer.error().to_string();
}

TEST(HttpClient, ThreadsSendAtOnce) {
  const ScriptedHttpServer server([](const std::string& request) {
    return ScriptedReply{http_answer("200 OK", request.substr(0, request.find(" HTTP")))};
  });
  HttpClient client;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k) {
        const std::string path = "/" + std::to_string(i) + "/" + std::to_string(k);
        const auto answer = client.send({.url = server.url(path)});
        if (answer && answer->body == "GET " + path) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
  EXPECT_LE(server.connections(), 4);
}

}  // namespace
}  // namespace goldtape::io
