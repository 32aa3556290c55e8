// A WebSocket to somebody else's server (RFC 6455), over TCP or TLS: bounded in time and size.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::io {

struct WebSocketOptions {
  std::chrono::milliseconds connect_timeout{10'000};  ///< Until the handshake is done.
  std::chrono::milliseconds idle_timeout{60'000};     ///< Without a byte; half-way a ping asks for one.
  std::uint64_t max_message_bytes = std::uint64_t{16} << 20U;
  std::string ca_file = {};               ///< PEM; empty: the system's.
  std::optional<std::string> proxy = {};  ///< As HttpOptions' (http.h); asked by CONNECT.
  std::string user_agent = "goldtape";
};

/// One connection. Not thread safe.
class WebSocketClient {
 public:
  /// Errors, where = the URL: kUsage GT7301 not a ws or wss URL, GT7305 the CA file or the proxy setting;
  /// kUnavailable GT7302 no connection, GT7303 out of time, GT7304 TLS, GT7312 the proxy, GT7330 the server
  /// did not agree to a WebSocket.
  [[nodiscard]] static Result<WebSocketClient> connect(const std::string& url,
                                                       const WebSocketOptions& options);
  WebSocketClient(WebSocketClient&&) noexcept;
  WebSocketClient& operator=(WebSocketClient&&) noexcept;
  /// Hangs up.
  ~WebSocketClient();

  /// Sends one text message. Errors: GT7307 the connection has ended.
  Status send(std::string_view text);
  /// The next message; nothing when none came within `limit`. Errors: GT7307 the connection has ended, GT7306
  /// (kDamaged) a message beyond the limit.
  [[nodiscard]] Result<std::optional<std::string>> receive(std::chrono::milliseconds limit);

  struct Channel;

 private:
  explicit WebSocketClient(std::unique_ptr<Channel> channel);
  std::unique_ptr<Channel> channel_;
};

}  // namespace goldtape::io
