// Alpaca's stream of market data over WebSocket (wss://stream.data.alpaca.markets/v2/FEED), as it speaks.
#pragma once

#include <functional>
#include <memory>

#include "goldtape/serve/websocket.h"
#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

/// Tells subscribers what happens as the simulated clock passes: bars when their minute is over, updated
/// bars when a trouble had changed them and they settle, daily bars each minute, trades at their instants,
/// trading status when a halt begins and ends. A clock that is set back or on to another day begins afresh
/// there. Messages are JSON, or MessagePack for a client whose handshake has Content-Type
/// application/msgpack. Errors are Alpaca's: 400 invalid syntax, 401 not authenticated, 402 auth failed, 403
/// already authenticated. Thread safe; one thread of its own, which sleeps while nobody is connected.
class AlpacaStream {
 public:
  /// The scene of a moment. What it points to stays valid for as long as the stream lives.
  using SceneNow = std::function<Scene()>;
  explicit AlpacaStream(SceneNow scene);
  ~AlpacaStream();
  AlpacaStream(const AlpacaStream&) = delete;
  AlpacaStream& operator=(const AlpacaStream&) = delete;

  /// Whether a path below the venue is a stream: /v2/sip, /v2/iex, /v2/delayed_sip.
  [[nodiscard]] static bool is_stream(std::string_view path);
  /// For one new connection.
  [[nodiscard]] serve::WebSocketEvents events(const WireRequest& handshake);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace goldtape::simulate
