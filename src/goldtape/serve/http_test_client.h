// A client that sends what it is told, right or wrong. Tests only.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace goldtape::serve::test {

/// A TCP connection to 127.0.0.1.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  virtual ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  virtual void send(std::string_view bytes) { (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  /// What is there within the time, at most 64 KiB; empty at the end (closed() tells).
  virtual std::string receive(int timeout_ms = 5000) {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, timeout_ms) <= 0) return {};
    std::string bytes(64U << 10, '\0');
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got <= 0) closed_ = true;
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  [[nodiscard]] bool closed() const { return closed_; }

  /// Everything until the server closes the connection or says nothing for so long.
  std::string receive_all(int timeout_ms = 5000) {
    std::string all = std::exchange(rest_, {});
    while (!closed_) {
      const std::string bytes = receive(timeout_ms);
      if (bytes.empty()) break;
      all += bytes;
    }
    return all;
  }

  /// Until `text` has come, itself included.
  std::string receive_until(std::string_view text, int timeout_ms = 5000) {
    for (;;) {
      if (const std::size_t at = rest_.find(text); at != std::string::npos) {
        std::string found = rest_.substr(0, at + text.size());
        rest_.erase(0, found.size());
        return found;
      }
      const std::string bytes = receive(timeout_ms);
      if (bytes.empty()) return std::exchange(rest_, {});
      rest_ += bytes;
    }
  }

  std::string receive_exactly(std::size_t size) {
    while (rest_.size() < size) {
      const std::string bytes = receive();
      if (bytes.empty()) break;
      rest_ += bytes;
    }
    std::string found = rest_.substr(0, size);
    rest_.erase(0, found.size());
    return found;
  }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  /// One answer with a Content-Length or chunks.
  Answer answer() {
    Answer answer;
    answer.head = receive_until("\r\n\r\n");
    if (answer.head.size() > 12) answer.status = std::atoi(answer.head.c_str() + 9);
    if (answer.head.find("Transfer-Encoding: chunked") != std::string::npos) {
      for (;;) {
        const std::size_t size = std::strtoul(receive_until("\r\n").c_str(), nullptr, 16);
        answer.body += receive_exactly(size);
        receive_exactly(2);
        if (size == 0 || closed_) return answer;
      }
    }
    const std::size_t at = answer.head.find("Content-Length: ");
    if (at != std::string::npos)
      answer.body = receive_exactly(std::strtoul(answer.head.c_str() + at + 16, nullptr, 10));
    return answer;
  }
  Answer get(std::string_view target, std::string_view headers = {}) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "\r\n");
    return answer();
  }

 protected:
  int fd_;
  bool closed_ = false;
  std::string rest_;
};

}  // namespace goldtape::serve::test
