// A small HTTP/1.1 peer for tests that answers with the very bytes it is told to, right or wrong.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace goldtape::testing {

/// What goes back over the wire. `bytes` is the whole answer, status line included.
struct ScriptedReply {
  std::string bytes = {};
  std::chrono::milliseconds delay{0};
  std::string then_again = {};        ///< Sent again and again after `bytes`, until the peer goes.
  bool close = false;                 ///< Close the connection after it.
  std::chrono::milliseconds hang{0};  ///< Keep the connection open and silent so long after `bytes`.
};

/// "HTTP/1.1 200 OK" with a Content-Length. `headers`: lines, each ending in "\r\n".
inline std::string http_answer(std::string_view status, std::string_view body,
                               std::string_view headers = {}) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

/// Listens on a free port of 127.0.0.1. The handler gets a whole request and runs on the connection's thread.
class ScriptedHttpServer {
 public:
  using Handler = std::function<ScriptedReply(const std::string& request)>;

  explicit ScriptedHttpServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 64);
    socklen_t length = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedHttpServer() {
    stopping_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }
  ScriptedHttpServer(const ScriptedHttpServer&) = delete;
  ScriptedHttpServer& operator=(const ScriptedHttpServer&) = delete;
  ScriptedHttpServer(ScriptedHttpServer&&) = delete;
  ScriptedHttpServer& operator=(ScriptedHttpServer&&) = delete;

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int connections() const { return accepted_; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    while (!stopping_) {
      pollfd wanted{.fd = listener_, .events = POLLIN, .revents = 0};
      if (::poll(&wanted, 1, 20) <= 0) continue;
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) continue;
      ++accepted_;
      connections_.emplace_back([this, peer] {
        while (!stopping_ && serve(peer)) {
        }
        ::close(peer);
      });
    }
  }

  /// Up to the end of headers and body; empty when the peer has gone.
  std::string read_request(int peer) {
    std::string text;
    while (!stopping_) {
      const auto end = text.find("\r\n\r\n");
      if (end != std::string::npos && text.size() >= end + 4 + body_length(text.substr(0, end))) return text;
      pollfd wanted{.fd = peer, .events = POLLIN, .revents = 0};
      if (::poll(&wanted, 1, 20) <= 0) continue;
      char buffer[4096];
      const auto got = ::recv(peer, buffer, sizeof buffer, 0);
      if (got <= 0) return {};
      text.append(buffer, static_cast<std::size_t>(got));
    }
    return {};
  }

  static std::size_t body_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  bool serve(int peer) {
    const std::string request = read_request(peer);
    if (request.empty()) return false;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
    }
    const ScriptedReply reply = handler_(request);
    pause(reply.delay);
    bool open = send_all(peer, reply.bytes);
    while (open && !reply.then_again.empty() && !stopping_) open = send_all(peer, reply.then_again);
    pause(reply.hang);
    return open && !reply.close;
  }

  void pause(std::chrono::milliseconds time) const {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!stopping_ && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  static bool send_all(int peer, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> accepted_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread acceptor_;
  std::vector<std::thread> connections_;
};

}  // namespace goldtape::testing
