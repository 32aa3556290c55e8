#include "goldtape/simulate/alpaca_stream.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "goldtape/simulate/alpaca_stream_internal.h"

namespace goldtape::simulate {
namespace {

using internal::StreamBatch;
using internal::Subscriber;
using nlohmann::json;
using Socket = std::shared_ptr<serve::WebSocket>;

/// How often the clock is looked at.
constexpr std::chrono::milliseconds kTick{20};

struct Connection {
  Socket socket;
  bool msgpack = false;
  bool authenticated = false;
  Subscriber subscriber;

  void send(const StreamBatch& batch) const {
    // A client that is gone or too slow is closed by the server; on_close takes it out.
    (void)socket->send(batch.encode(), msgpack ? serve::MessageKind::kBinary : serve::MessageKind::kText);
  }
  void say(json message) const {
    StreamBatch batch(msgpack);
    batch.add(std::move(message));
    send(batch);
  }
  void refuse(int code, std::string_view message) const {
    say({{"T", "error"}, {"code", code}, {"msg", message}});
  }
};

std::string text_of(const json& message, const char* name) {
  const auto found = message.find(name);
  return found != message.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

struct AlpacaStream::Impl {
  explicit Impl(SceneNow now) : scene(std::move(now)) {}

  SceneNow scene;
  std::mutex mutex;
  std::condition_variable changed;
  bool ending = false;
  std::unordered_map<const serve::WebSocket*, Connection> connections;
  std::thread thread;

  void run() {
    std::unique_lock lock(mutex);
    while (!ending) {
      if (connections.empty()) {
        changed.wait(lock);
        continue;
      }
      const Scene now = scene();
      for (auto& [socket, connection] : connections) tell(connection, now);
      changed.wait_for(lock, kTick);
    }
  }
  static void tell(Connection& connection, const Scene& now) {
    if (!connection.authenticated) return;
    const auto batch = connection.subscriber.tell(now, connection.msgpack);
    if (!batch) {
      connection.refuse(500, batch.error().to_string());
      connection.socket->close(1011, "internal error");
    } else if (!batch->empty()) {
      connection.send(*batch);
    }
  }
  void open(const Socket& socket, bool msgpack) {
    const std::scoped_lock lock(mutex);
    Connection& connection = connections[socket.get()];
    connection.socket = socket;
    connection.msgpack = msgpack;
    connection.say({{"T", "success"}, {"msg", "connected"}});
    changed.notify_all();
  }
  void close(const Socket& socket) {
    const std::scoped_lock lock(mutex);
    connections.erase(socket.get());
  }
  void hear(const Socket& socket, const std::string& text) {
    const std::scoped_lock lock(mutex);
    const auto found = connections.find(socket.get());
    if (found == connections.end()) return;
    Connection& connection = found->second;
    const json message =
        connection.msgpack ? json::from_msgpack(text, true, false) : json::parse(text, nullptr, false);
    if (!message.is_object()) return connection.refuse(400, "invalid syntax");
    const auto action = text_of(message, "action");
    if (action == "auth") return authenticate(connection, message);
    if (action != "subscribe" && action != "unsubscribe") return connection.refuse(400, "invalid syntax");
    if (!connection.authenticated) return connection.refuse(401, "not authenticated");
    // What happened before is told to the old subscriptions.
    const Scene now = scene();
    tell(connection, now);
    connection.subscriber.subscriptions.change(message, action == "subscribe");
    if (const auto noted = connection.subscriber.note(now); !noted) {
      return connection.refuse(500, noted.error().to_string());
    }
    connection.say(connection.subscriber.subscriptions.to_json());
  }
  static void authenticate(Connection& connection, const json& message) {
    if (connection.authenticated) return connection.refuse(403, "already authenticated");
    const auto key = text_of(message, "key");
    if (key.empty() || text_of(message, "secret").empty() || key.starts_with("REVOKED")) {
      return connection.refuse(402, "auth failed");
    }
    connection.authenticated = true;
    connection.say({{"T", "success"}, {"msg", "authenticated"}});
  }
};

AlpacaStream::AlpacaStream(SceneNow scene) : impl_(std::make_shared<Impl>(std::move(scene))) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

AlpacaStream::~AlpacaStream() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->ending = true;
    impl_->changed.notify_all();
  }
  impl_->thread.join();
}

bool AlpacaStream::is_stream(std::string_view path) {
  return path == "/v2/sip" || path == "/v2/iex" || path == "/v2/delayed_sip";
}

serve::WebSocketEvents AlpacaStream::events(const WireRequest& handshake) {
  const bool msgpack = handshake.header("content-type").value_or("") == "application/msgpack";
  // Connections may outlive the stream by a moment: they share what they speak to.
  return {.on_open = [impl = impl_, msgpack](const Socket& socket) { impl->open(socket, msgpack); },
          .on_message = [impl = impl_](const Socket& socket, const std::string& text,
                                       serve::MessageKind) { impl->hear(socket, text); },
          .on_close = [impl = impl_](const Socket& socket) { impl->close(socket); }};
}

}  // namespace goldtape::simulate
