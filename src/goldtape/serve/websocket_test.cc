#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldtape/serve/http_server.h"
#include "goldtape/serve/http_test_client.h"

namespace goldtape::serve {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

// RFC 6455, 1.3: this key has that answer.
constexpr const char* kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Speaks the frames of RFC 6455, 5.2.
class WebSocketClient : public test::RawClient {
 public:
  using RawClient::RawClient;
  std::string upgrade() {
    RawClient::send(kUpgrade);
    return receive_until("\r\n\r\n");
  }
  void send_frame(int opcode, std::string_view payload) {
    std::string frame{static_cast<char>(0x80 | opcode)};
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80U | payload.size());
    } else {
      frame += static_cast<char>(0x80 | 126);
      frame += static_cast<char>(payload.size() >> 8U);
      frame += static_cast<char>(payload.size() & 0xffU);
    }
    const std::string mask = "mask";
    frame += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    RawClient::send(frame);
  }
  /// Answers a goodbye, and goes when the server has.
  void hang_up(std::string_view reason) {
    send_frame(8, reason);
    while (!receive().empty()) continue;
    ::shutdown(fd_, SHUT_RDWR);
  }
  struct Frame {
    int opcode = -1;
    std::string payload;
  };
  Frame frame() {
    const std::string head = receive_exactly(2);
    if (head.size() < 2) return {};
    std::uint64_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
      const std::string more = receive_exactly(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : more) size = size << 8U | static_cast<unsigned char>(c);
    }
    return {static_cast<unsigned char>(head[0]) & 0xf, receive_exactly(size)};
  }
};

struct Seen {
  std::shared_ptr<WebSocket> socket;
  std::atomic<bool> open = false;
  std::atomic<bool> closed = false;
  bool wait(const std::atomic<bool>& what) const {
    for (int i = 0; i < 500 && !what; ++i) std::this_thread::sleep_for(10ms);
    return what;
  }
};

std::unique_ptr<HttpServer> start(Seen& seen, HttpServerOptions options = {}) {
  auto server = HttpServer::start(std::move(options), [&seen](const Request&) {
    Response response;
    response.websocket =
        WebSocketEvents{.on_open =
                            [&seen](const std::shared_ptr<WebSocket>& socket) {
                              seen.socket = socket;
                              seen.open = true;
                            },
                        .on_message = [](const std::shared_ptr<WebSocket>& socket, const std::string& message,
                                         MessageKind kind) { (void)socket->send("echo " + message, kind); },
                        .on_close = [&seen](const std::shared_ptr<WebSocket>&) { seen.closed = true; },
                        .subprotocol = "bars.v1"};
    return response;
  });
  EXPECT_TRUE(server.has_value()) << server.error().to_string();
  return *std::move(server);
}

TEST(WebSocket, EchoesAndPushes) {
  Seen seen;
  const auto server = start(seen);
  WebSocketClient client(server->port());
  const std::string head = client.upgrade();
  EXPECT_THAT(head, HasSubstr(" 101 "));
  EXPECT_THAT(head, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Protocol: bars.v1"));
  client.send_frame(1, "one");
  client.send_frame(2, std::string("\0\1", 2));
  auto frame = client.frame();
  EXPECT_EQ(frame.opcode, 1);
  EXPECT_EQ(frame.payload, "echo one");
  frame = client.frame();
  EXPECT_EQ(frame.opcode, 2);
  EXPECT_EQ(frame.payload, std::string("echo \0\1", 7));
  ASSERT_TRUE(seen.wait(seen.open));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(seen.socket->send(std::to_string(i)).has_value());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.frame().payload, std::to_string(i));
  seen.socket->close(1000, "bye");
  frame = client.frame();
  EXPECT_EQ(frame.opcode, 8);
  EXPECT_EQ(frame.payload,
            "\x03\xe8"
            "bye");
  client.hang_up("\x03\xe8");
  EXPECT_TRUE(seen.wait(seen.closed));
  EXPECT_EQ(seen.socket->send("late").error().code, 8025);
}

TEST(WebSocket, IsToldWhenTheClientGoes) {
  Seen seen;
  const auto server = start(seen);
  {
    WebSocketClient client(server->port());
    client.upgrade();
    ASSERT_TRUE(seen.wait(seen.open));
    EXPECT_TRUE(seen.socket->is_open());
  }
  EXPECT_TRUE(seen.wait(seen.closed));
  EXPECT_FALSE(seen.socket->is_open());
}

TEST(WebSocket, ClosesOnOneThatLagsAndOnMessagesTooLarge) {
  Seen seen;
  const auto server =
      start(seen, {.websocket_max_message_bytes = 1000, .websocket_max_queued_bytes = 1U << 20});
  WebSocketClient slow(server->port(), 4096);
  slow.upgrade();
  ASSERT_TRUE(seen.wait(seen.open));
  Status sent;
  for (int i = 0; i < 1000 && sent; ++i) sent = seen.socket->send(std::string(100'000, 'x'));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, 8025);
  EXPECT_FALSE(seen.socket->is_open());
  WebSocketClient large(server->port());
  large.upgrade();
  large.send_frame(1, std::string(2000, 'x'));
  const auto frame = large.frame();
  EXPECT_EQ(frame.opcode, 8);
  EXPECT_EQ(frame.payload.substr(0, 2), "\x03\xf1");  // 1009
}

TEST(WebSocket, GetsAGoodbyeWhenTheServerStops) {
  Seen seen;
  auto server = start(seen);
  WebSocketClient client(server->port());
  client.upgrade();
  ASSERT_TRUE(seen.wait(seen.open));
  std::thread stopper([&] { server->stop(); });
  const auto frame = client.frame();
  EXPECT_EQ(frame.opcode, 8);
  EXPECT_EQ(frame.payload.substr(0, 2), "\x03\xe9");  // 1001
  client.hang_up(frame.payload);
  stopper.join();
  server.reset();
  EXPECT_FALSE(seen.socket->send("after the server").has_value());
}

TEST(WebSocket, IsNotServedToWhoDoesNotAskForOne) {
  Seen seen;
  const auto server = start(seen);
  test::RawClient client(server->port());
  EXPECT_EQ(client.get("/ws").status, 426);
}

}  // namespace
}  // namespace goldtape::serve
