#include <random>
#include <utility>

#include "goldtape/ingest/stream_listener_internal.h"

namespace goldtape::ingest::internal {

namespace {

namespace alpaca = provider::alpaca;
using Kind = alpaca::StreamMessage::Kind;

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::milliseconds kAnswerTimeout{10'000};

}  // namespace

StreamListener::StreamListener(const StreamOptions& options)
    : options_(options), thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::optional<StreamEvent> StreamListener::take(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return !events_.empty(); });
  if (events_.empty()) return std::nullopt;
  StreamEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void StreamListener::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void StreamListener::put(StreamEvent event) {
  const std::scoped_lock lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_all();
}

void StreamListener::pause(const std::stop_token& stop, std::chrono::microseconds length) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, length, [] { return false; });
}

void StreamListener::run(const std::stop_token& stop) {
  std::mt19937_64 random{std::random_device{}()};
  std::uint32_t tries = 0;
  while (!stop.stop_requested()) {
    bool up = false;
    const Status ended = listen(stop, up);
    if (ended) return;
    if (!alpaca::may_pass(ended.error())) {
      put({.kind = StreamEvent::Kind::kGivenUp, .error = ended.error()});
      return;
    }
    put({.kind = StreamEvent::Kind::kDown, .error = ended.error()});
    tries = up ? 1 : tries + 1;
    pause(stop, io::full_jitter(options_.patience, tries, random));
  }
}

Status StreamListener::expect(io::WebSocketClient& socket, Kind kind) {
  const auto until = std::chrono::steady_clock::now() + kAnswerTimeout;
  while (std::chrono::steady_clock::now() < until) {
    GT_ASSIGN(const auto frame, socket.receive(kTick));
    if (!frame) continue;
    GT_ASSIGN(const auto messages, alpaca::read_frame(*frame));
    for (const alpaca::StreamMessage& message : messages) {
      if (message.kind == Kind::kError) return std::unexpected(alpaca::stream_error(message));
      if (message.kind == kind) return {};
    }
  }
  return fail(ErrorKind::kUnavailable, 7303, "alpaca's stream does not answer: out of time",
              "alpaca's stream");
}

Status StreamListener::sign_in(io::WebSocketClient& socket) {
  GT_RETURN_IF_ERROR(expect(socket, Kind::kConnected));
  GT_ASSIGN(const std::string keys, alpaca::auth_message(options_.access));
  GT_RETURN_IF_ERROR(socket.send(keys));
  GT_RETURN_IF_ERROR(expect(socket, Kind::kAuthenticated));
  GT_RETURN_IF_ERROR(socket.send(alpaca::subscribe_message(options_.subscription)));
  return expect(socket, Kind::kSubscribed);
}

Status StreamListener::listen(const std::stop_token& stop, bool& up) {
  io::WebSocketOptions options;
  options.connect_timeout = options_.http.connect_timeout;
  options.ca_file = options_.http.ca_file;
  options.proxy = options_.http.proxy;
  options.user_agent = options_.http.user_agent;
  GT_ASSIGN(io::WebSocketClient socket,
            io::WebSocketClient::connect(alpaca::stream_url(options_.access, options_.feed), options));
  GT_RETURN_IF_ERROR(sign_in(socket));
  up = true;
  put({.kind = StreamEvent::Kind::kUp});
  while (!stop.stop_requested()) {
    GT_ASSIGN(const auto frame, socket.receive(kTick));
    if (!frame) continue;
    auto messages = alpaca::read_frame(*frame);
    // A frame that cannot be read ends the connection: what it held comes by question.
    if (!messages) {
      return fail(ErrorKind::kUnavailable, 2214, messages.error().message, messages.error().where);
    }
    for (const alpaca::StreamMessage& message : *messages) {
      if (message.kind == Kind::kError) return std::unexpected(alpaca::stream_error(message));
    }
    put({.kind = StreamEvent::Kind::kMessages, .messages = *std::move(messages)});
  }
  return {};
}

}  // namespace goldtape::ingest::internal
