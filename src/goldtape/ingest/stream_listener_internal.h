// Not public: the network's side of a stream. Connects, signs in, subscribes, listens, and begins again when
// the connection ends.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/stream_collector.h"
#include "goldtape/io/websocket_client.h"
#include "goldtape/provider/alpaca/stream.h"

namespace goldtape::ingest::internal {

/// What the listener has to say, in its order.
struct StreamEvent {
  enum class Kind : std::uint8_t { kUp, kDown, kGivenUp, kMessages };
  Kind kind = Kind::kMessages;
  std::vector<provider::alpaca::StreamMessage> messages = {};
  std::optional<Error> error = {};  ///< Why it is down, or given up for good.
};

/// Listens on a thread of its own from construction to `stop` or destruction.
class StreamListener {
 public:
  explicit StreamListener(const StreamOptions& options);
  /// The next event; nothing when none came within `limit`.
  [[nodiscard]] std::optional<StreamEvent> take(std::chrono::milliseconds limit);
  /// Hangs up. What was heard before can still be taken.
  void stop();

 private:
  void run(const std::stop_token& stop);
  /// One connection, until it ends. `up` becomes true once the subscription stands.
  Status listen(const std::stop_token& stop, bool& up);
  Status sign_in(io::WebSocketClient& socket);
  /// The next message of this kind; an error of the server is one.
  Status expect(io::WebSocketClient& socket, provider::alpaca::StreamMessage::Kind kind);
  void put(StreamEvent event);
  void pause(const std::stop_token& stop, std::chrono::microseconds length);

  const StreamOptions& options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<StreamEvent> events_;
  std::jthread thread_;  ///< Last: ends before what it uses.
};

}  // namespace goldtape::ingest::internal
