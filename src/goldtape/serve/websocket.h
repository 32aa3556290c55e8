// The server's end of a WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "goldtape/base/result.h"

namespace goldtape::serve {

enum class MessageKind : std::uint8_t { kText, kBinary };

/// A connection that messages can be pushed to. Thread safe; may be kept for as long as one likes.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  /// Queues a message and returns at once. Errors: kUnavailable GT8025 the connection is closed, or the
  /// client takes messages so slowly that more than HttpServerOptions::websocket_max_queued_bytes wait (it
  /// is then closed with code 1008: a subscriber that lags must start afresh).
  virtual Status send(std::string message, MessageKind kind = MessageKind::kText) = 0;
  /// Says goodbye, after what is queued. 1000 normal, 1001 going away, 1008 policy, 1011 internal error.
  virtual void close(int code = 1000, const std::string& reason = {}) = 0;
  [[nodiscard]] virtual bool is_open() const = 0;
  /// Bytes that wait to be sent.
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
};

/// What happens on a WebSocket. Called on worker threads, for one connection one at a time and in order;
/// the next message is read when on_message has returned (that is the back-pressure on the client).
struct WebSocketEvents {
  std::function<void(const std::shared_ptr<WebSocket>&)> on_open = {};
  std::function<void(const std::shared_ptr<WebSocket>&, const std::string& message, MessageKind kind)>
      on_message = {};
  /// Once, when no further message will come, whoever ended it.
  std::function<void(const std::shared_ptr<WebSocket>&)> on_close = {};
  std::string subprotocol = {};  ///< Sec-WebSocket-Protocol of the answer; empty: none.
};

}  // namespace goldtape::serve
