// A connection that has become a WebSocket. Not public; included by http_connection_internal.h.
#pragma once

#include <atomic>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "goldtape/base/log.h"
#include "goldtape/serve/http_core_internal.h"

namespace goldtape::serve::internal {

/// The user's handle: messages to send, and whether there is still somebody to send them to. It may outlive
/// the server; `wake` is taken away when the session ends.
class WebSocketHandle final : public WebSocket {
 public:
  struct Message {
    std::string bytes;
    MessageKind kind = MessageKind::kText;
    int close_code = 0;  ///< Not 0: say goodbye, with `bytes` as the reason.
  };

  explicit WebSocketHandle(std::size_t max_queued_bytes) : max_queued_bytes_(max_queued_bytes) {}

  Status send(std::string message, MessageKind kind) override {
    const std::lock_guard lock(mutex_);
    if (!wake_ || closing_) return fail(ErrorKind::kUnavailable, 8025, "the WebSocket is closed");
    if (queued_bytes_ + message.size() > max_queued_bytes_) {
      queue_.clear();
      queued_bytes_ = 0;
      say_goodbye(1008, "too slow");
      return fail(ErrorKind::kUnavailable, 8025,
                  "the WebSocket's client takes messages too slowly; it is closed");
    }
    queued_bytes_ += message.size();
    queue_.push_back({.bytes = std::move(message), .kind = kind, .close_code = 0});
    if (queue_.size() == 1) wake_();
    return {};
  }

  void close(int code, const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    if (wake_ && !closing_) say_goodbye(code, reason);
  }

  [[nodiscard]] bool is_open() const override {
    const std::lock_guard lock(mutex_);
    return wake_ && !closing_;
  }

  [[nodiscard]] std::size_t queued_bytes() const override {
    const std::lock_guard lock(mutex_);
    return queued_bytes_;
  }

  // For the session.
  void open(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    if (!queue_.empty()) wake_();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    wake_ = {};
  }
  [[nodiscard]] bool next(Message& message) {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return false;
    message = std::move(queue_.front());
    queue_.pop_front();
    return true;
  }
  void written(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= std::min(bytes, queued_bytes_);
  }

 private:
  void say_goodbye(int code, const std::string& reason) {
    closing_ = true;
    queue_.push_back({.bytes = reason, .kind = MessageKind::kText, .close_code = code});
    wake_();
  }

  std::size_t max_queued_bytes_;
  mutable std::mutex mutex_;
  std::deque<Message> queue_;
  std::size_t queued_bytes_ = 0;
  bool closing_ = false;
  std::function<void()> wake_;
};

template <typename Stream>
class WebSocketSession final : public ConnectionBase,
                               public std::enable_shared_from_this<WebSocketSession<Stream>> {
 public:
  using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

  WebSocketSession(Core& core, IoThread& io, Stream stream, HttpRequest request, WebSocketEvents events)
      : core_(core),
        io_(io),
        stream_(std::move(stream)),
        request_(std::move(request)),
        events_(std::move(events)),
        handle_(std::make_shared<WebSocketHandle>(core.options.websocket_max_queued_bytes)),
        registration_(core, io, this) {}
  ~WebSocketSession() override { handle_->end(); }

  void start() {
    boost::beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(boost::beast::websocket::stream_base::timeout{
        core_.options.header_timeout, core_.options.websocket_idle_timeout, true});
    stream_.set_option(boost::beast::websocket::stream_base::decorator(
        [protocol = events_.subprotocol,
         server = core_.options.server_name](boost::beast::websocket::response_type& response) {
          response.set(boost::beast::http::field::server, server);
          if (!protocol.empty()) response.set(boost::beast::http::field::sec_websocket_protocol, protocol);
        }));
    stream_.read_message_max(core_.options.websocket_max_message_bytes);
    stream_.async_accept(request_, [self = this->shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->on_accept();
    });
  }

  void drain() override { handle_->close(1001, "the server stops"); }
  void abort() override {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(stream_).socket().close(ignored);
  }

 private:
  void on_accept() {
    handle_->open([weak = this->weak_from_this(), &context = io_.context] {
      boost::asio::post(context, [weak] {
        if (auto self = weak.lock()) self->write_next();
      });
    });
    call([self = this->shared_from_this()] {
      if (self->events_.on_open) self->events_.on_open(self->handle_);
    });
    if (core_.draining) drain();
  }

  /// Runs an event on a worker, then reads on.
  void call(std::function<void()> event) {
    core_.workers.run(
        [self = this->shared_from_this(), event = std::move(event)]() mutable {
          self->guarded(event);
          event = {};
          let_go(std::move(self), &WebSocketSession::read);
        },
        true);
  }

  void guarded(const std::function<void()>& event) {
    try {
      event();
    } catch (const std::exception& exception) {
      log::error(Error{.kind = ErrorKind::kInternal, .code = 9000, .message = exception.what(), .where = {}});
      handle_->close(1011, "internal error");
    }
  }

  void read() {
    buffer_.clear();
    stream_.async_read(buffer_, [self = this->shared_from_this()](boost::system::error_code ec, std::size_t) {
      if (ec) return self->ended();
      auto bytes = self->buffer_.data();
      std::string message(static_cast<const char*>(bytes.data()), bytes.size());
      const auto kind = self->stream_.got_text() ? MessageKind::kText : MessageKind::kBinary;
      self->call([self, message = std::move(message), kind] {
        if (self->events_.on_message) self->events_.on_message(self->handle_, message, kind);
      });
    });
  }

  void write_next() {
    if (writing_ || !handle_->next(outgoing_)) return;
    writing_ = true;
    if (outgoing_.close_code != 0) {
      const boost::beast::websocket::close_reason reason(
          static_cast<boost::beast::websocket::close_code>(outgoing_.close_code),
          outgoing_.bytes.substr(0, 120));
      stream_.async_close(reason, [self = this->shared_from_this()](boost::system::error_code) {});
      return;
    }
    stream_.text(outgoing_.kind == MessageKind::kText);
    stream_.async_write(boost::asio::buffer(outgoing_.bytes),
                        [self = this->shared_from_this()](boost::system::error_code ec, std::size_t) {
                          self->writing_ = false;
                          if (ec) return self->abort();
                          self->handle_->written(self->outgoing_.bytes.size());
                          self->write_next();
                        });
  }

  void ended() {
    handle_->end();
    core_.workers.run(
        [self = this->shared_from_this()]() mutable {
          self->guarded([&self] {
            if (self->events_.on_close) self->events_.on_close(self->handle_);
          });
          let_go(std::move(self), &WebSocketSession::abort);
        },
        true);
  }

  /// Back to the session's thread, where its end belongs: the worker must not be the last to know it.
  static void let_go(std::shared_ptr<WebSocketSession> self, void (WebSocketSession::*then)()) {
    auto& context = self->io_.context;
    boost::asio::post(context, [self = std::move(self), then] { ((*self).*then)(); });
  }

  Core& core_;
  IoThread& io_;
  boost::beast::websocket::stream<Stream> stream_;
  HttpRequest request_;
  WebSocketEvents events_;
  std::shared_ptr<WebSocketHandle> handle_;
  boost::beast::flat_buffer buffer_;
  WebSocketHandle::Message outgoing_;
  bool writing_ = false;
  Registration registration_;
};

template <typename Stream>
void start_websocket(Core& core, IoThread& io, Stream stream,
                     typename WebSocketSession<Stream>::HttpRequest request, WebSocketEvents events) {
  std::make_shared<WebSocketSession<Stream>>(core, io, std::move(stream), std::move(request),
                                             std::move(events))
      ->start();
}

}  // namespace goldtape::serve::internal
