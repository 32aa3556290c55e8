// The client against a server that sends the very bytes it is told to (RFC 6455 section 5).
#include "goldtape/io/websocket_client.h"

#include <cstring>
#include <functional>
#include <future>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace goldtape::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

enum Opcode : std::uint8_t { kContinuation = 0, kText = 1, kClose = 8, kPing = 9, kPong = 10 };

/// One frame as a server sends it.
std::string frame(Opcode opcode, std::string_view payload, bool last = true, bool masked = false) {
  std::string out;
  out += static_cast<char>((last ? 0x80 : 0) | opcode);
  const char mask = masked ? static_cast<char>(0x80) : '\0';
  if (payload.size() < 126) {
    out += static_cast<char>(mask | static_cast<char>(payload.size()));
  } else {
    const bool long_form = payload.size() > 0xFFFF;
    out += static_cast<char>(mask | (long_form ? 127 : 126));
    for (int shift = long_form ? 56 : 8; shift >= 0; shift -= 8) {
      out += static_cast<char>((std::uint64_t{payload.size()} >> static_cast<unsigned>(shift)) & 0xFFU);
    }
  }
  if (masked) out += std::string(4, '\0');
  return out.append(payload);
}

/// Accepts one connection, agrees to a WebSocket (or gives another answer), and lets a function talk. Asked
/// by CONNECT it is a proxy first, and then whoever was asked for.
class FrameServer {
 public:
  using Talk = std::function<void(FrameServer&)>;

  explicit FrameServer(Talk talk, std::string answer = {})
      : talk_(std::move(talk)), answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 1);
    socklen_t length = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~FrameServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  FrameServer(const FrameServer&) = delete;
  FrameServer& operator=(const FrameServer&) = delete;
  FrameServer(FrameServer&&) = delete;
  FrameServer& operator=(FrameServer&&) = delete;

  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/stream"; }
  [[nodiscard]] std::string proxy_url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The CONNECT's first line.
  std::future<std::string> asked_to_connect() { return connect_.get_future(); }
  void send(const std::string& bytes) const { ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// The next frame of the client, unmasked: opcode and payload; empty when it has gone.
  std::string receive() {
    std::string head = read(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<unsigned char>(head[1]) & 0x7FU;
    if (size == 126) {
      const std::string more = read(2);
      size = static_cast<unsigned char>(more[0]) * 256U + static_cast<unsigned char>(more[1]);
    }
    const std::string mask = read(4);
    std::string payload = read(size);
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    return std::string(1, static_cast<char>(head[0] & 0x0F)) + payload;
  }

 private:
  std::string read(std::size_t size) const {
    std::string out;
    while (out.size() < size) {
      pollfd wanted{.fd = peer_, .events = POLLIN, .revents = 0};
      char c = 0;
      if (::poll(&wanted, 1, 5000) <= 0 || ::recv(peer_, &c, 1, 0) != 1) return out;
      out += c;
    }
    return out;
  }

  [[nodiscard]] std::string read_head() const {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string more = read(1);
      if (more.empty()) break;
      head += more;
    }
    return head;
  }

  void serve() {
    peer_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer_ < 0) return;
    std::string ask = read_head();
    if (ask.starts_with("CONNECT ") && answer_.empty()) {
      connect_.set_value(ask.substr(0, ask.find('\r')));
      send("HTTP/1.1 200 Connected\r\n\r\n");
      ask = read_head();
    }
    if (!answer_.empty()) {
      send(answer_);
    } else {
      const auto at = ask.find("Sec-WebSocket-Key: ");
      const std::string key = ask.substr(at + 19, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
      unsigned char digest[SHA_DIGEST_LENGTH];
      SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
      char accept[64] = {};
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(accept), digest, sizeof digest);
      send(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: " +
          std::string(accept) + "\r\n\r\n");
      talk_(*this);
    }
    ::close(peer_);
  }

  Talk talk_;
  std::string answer_;
  std::promise<std::string> connect_;
  int listener_ = -1;
  int peer_ = -1;
  int port_ = 0;
  std::thread thread_;
};

WebSocketClient connect(const FrameServer& server, const WebSocketOptions& options = {}) {
  auto client = WebSocketClient::connect(server.url(), options);
  if (!client) throw std::runtime_error(client.error().to_string());
  return *std::move(client);
}

/// The next message, or the error's code.
std::string next(WebSocketClient& client, milliseconds limit = seconds(5)) {
  const auto message = client.receive(limit);
  if (!message) return "GT" + std::to_string(message.error().code);
  return *message ? **message : "nothing";
}

TEST(WebSocketClient, FragmentsAreOneMessageAndAPingBetweenThemIsAnswered) {
  std::promise<std::string> pong;
  FrameServer server([&](FrameServer& peer) {
    peer.send(frame(kText, "[{\"T\":", false));
    peer.send(frame(kPing, "are you there"));
    peer.send(frame(kContinuation, "\"b\"", false) + frame(kContinuation, "}]"));
    pong.set_value(peer.receive());
    peer.receive();
  });
  {
    WebSocketClient client = connect(server);
    EXPECT_EQ(next(client), "[{\"T\":\"b\"}]");
    EXPECT_EQ(next(client, milliseconds(100)), "nothing");
  }
  EXPECT_EQ(pong.get_future().get(), std::string(1, kPong) + "are you there");
}

TEST(WebSocketClient, LengthsOf64BitsAndManyMessagesInOnePacket) {
  const std::string large(300'000, 'x');
  FrameServer server([&](FrameServer& peer) {
    peer.send(frame(kText, large) + frame(kText, "two") + frame(kText, ""));
    peer.receive();
  });
  WebSocketClient client = connect(server);
  EXPECT_EQ(next(client), large);
  EXPECT_EQ(next(client), "two");
  EXPECT_EQ(next(client), "");
}

TEST(WebSocketClient, WhatIsSentArrives) {
  std::promise<std::string> heard;
  FrameServer server([&](FrameServer& peer) {
    heard.set_value(peer.receive());
    peer.send(frame(kText, "done"));
    peer.receive();
  });
  WebSocketClient client = connect(server);
  ASSERT_TRUE(client.send("{\"action\":\"auth\"}"));
  EXPECT_EQ(next(client), "done");
  EXPECT_EQ(heard.get_future().get(), std::string(1, kText) + "{\"action\":\"auth\"}");
}

/// What a server may not send ends the connection: an error, never a message.
TEST(WebSocketClient, AServerThatBreaksTheRulesIsLeft) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"masked", frame(kText, "hello", true, true)},
      {"a reserved bit", std::string("\xC1\x02hi", 4)},
      {"an opcode that does not exist", std::string("\x83\x02hi", 4)},
      {"a continuation of nothing", frame(kContinuation, "x")},
      {"a text within a text", frame(kText, "a", false) + frame(kText, "b")},
      {"a ping in fragments", frame(kPing, "x", false)},
      {"a ping that is too long", frame(kPing, std::string(200, 'p'))},
      {"text that is not UTF-8", frame(kText, "\xff\xfe")},
      {"a length of 64 bits where 7 do", std::string("\x81\x7f\0\0\0\0\0\0\0\x02hi", 12)},
      {"a length beyond 63 bits", std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10)},
  };
  for (const auto& [what, bytes] : bad) {
    FrameServer server([&](FrameServer& peer) {
      peer.send(bytes);
      peer.receive();
    });
    WebSocketClient client = connect(server);
    const std::string said = next(client);
    EXPECT_TRUE(said == "GT7307" || said == "GT7306") << what << ": " << said;
    EXPECT_EQ(next(client), "GT7307") << what << ": it stays ended";
    EXPECT_FALSE(client.send("x")) << what;
  }
}

TEST(WebSocketClient, ACloseWithAReasonEndsIt) {
  FrameServer server([](FrameServer& peer) {
    peer.send(frame(kText, "last") + frame(kClose, std::string("\x03\xE9going down", 12)));
    peer.receive();
  });
  WebSocketClient client = connect(server);
  EXPECT_EQ(next(client), "last");
  EXPECT_EQ(next(client), "GT7307");
}

TEST(WebSocketClient, AMessageBeyondTheLimitIsRefusedInFragmentsToo) {
  for (const bool whole : {true, false}) {
    FrameServer server([&](FrameServer& peer) {
      const std::string part(60'000, 'x');
      peer.send(whole ? frame(kText, part + part) : frame(kText, part, false) + frame(kContinuation, part));
      peer.receive();
    });
    WebSocketClient client = connect(server, {.max_message_bytes = 100'000});
    EXPECT_EQ(next(client), "GT7306");
  }
}

TEST(WebSocketClient, ACutInTheMiddleOfAFrameEndsIt) {
  FrameServer server([](FrameServer& peer) { peer.send(frame(kText, "whole words").substr(0, 5)); });
  WebSocketClient client = connect(server);
  EXPECT_EQ(next(client), "GT7307");
}

TEST(WebSocketClient, SilenceIsFoundOut) {
  FrameServer server([](FrameServer& peer) {
    while (!peer.receive().empty()) continue;  // Takes pings and says nothing.
  });
  WebSocketClient client = connect(server, {.idle_timeout = milliseconds(300)});
  EXPECT_EQ(next(client), "GT7307");
}

TEST(WebSocketClient, AServerThatDoesNotAgreeIsSaid) {
  FrameServer server([](FrameServer&) {}, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  const auto client = WebSocketClient::connect(server.url(), {});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, 7330);
  EXPECT_NE(client.error().message.find("404"), std::string::npos) << client.error().message;
}

TEST(WebSocketClient, GoesThroughAProxy) {
  FrameServer proxy([](FrameServer& peer) {
    peer.send(frame(kText, "through"));
    peer.receive();
  });
  auto asked = proxy.asked_to_connect();
  auto client = WebSocketClient::connect("ws://venue.invalid:8080/stream", {.proxy = proxy.proxy_url()});
  ASSERT_TRUE(client) << client.error().to_string();
  EXPECT_EQ(next(*client), "through");
  EXPECT_EQ(asked.get(), "CONNECT venue.invalid:8080 HTTP/1.1");
}

TEST(WebSocketClient, AProxyThatRefusesOrCannotBeUsedIsNamed) {
  FrameServer proxy([](FrameServer&) {}, "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
  for (const auto& [named, code] :
       {std::pair{proxy.proxy_url(), 7312}, {std::string("https://[::1]:1"), 7305}}) {
    const auto client = WebSocketClient::connect("ws://venue.invalid:8080/stream", {.proxy = named});
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, code) << client.error().to_string();
  }
}

TEST(WebSocketClient, NobodyThereIsSaid) {
  const auto no_name = WebSocketClient::connect("ws://venue.invalid:8080/stream", {.proxy = ""});
  ASSERT_FALSE(no_name);
  EXPECT_EQ(no_name.error().code, 7302) << no_name.error().to_string();
}

}  // namespace
}  // namespace goldtape::io
