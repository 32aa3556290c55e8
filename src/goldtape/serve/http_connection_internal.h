// One connection: reads a request, has it answered, writes the answer, and again. Not public, and dear to
// compile: http_answer_internal.h, which completes it, is included once for plain sockets and once for TLS.
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include "goldtape/serve/http_core_internal.h"
#include "goldtape/serve/websocket_session_internal.h"

namespace goldtape::serve::internal {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

template <typename Stream>
class Connection final : public ConnectionBase, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  Connection(Core& core, IoThread& io, Stream stream, bool crowded)
      : core_(core), io_(io), stream_(std::move(stream)), crowded_(crowded), registration_(core, io, this) {
    error_code ignored;
    const auto remote = socket().remote_endpoint(ignored);
    remote_ = remote.address().to_string(ignored);
    socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  void start() {
    if constexpr (kTls) {
      expires(core_.options.header_timeout);
      idle_ = true;
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code ec) {
                                self->idle_ = false;
                                if (!ec) self->begin();
                              });
    } else {
      begin();
    }
  }

  void drain() override {
    draining_ = true;
    if (idle_) abort();
  }
  void abort() override {
    error_code ignored;
    socket().close(ignored);
    delay_.cancel();
  }

 private:
  using Parser = http::request_parser<http::string_body>;
  static constexpr std::size_t kPieceBytes = 256U << 10;
  static constexpr std::size_t kJoinedBytes = 16U << 10;  ///< Of a body, in one write with its head.
  static constexpr std::size_t kReadBytes = 8U << 10;
  static constexpr std::size_t kMaxDiscarded = 1U << 20;

  auto& socket() { return beast::get_lowest_layer(stream_).socket(); }
  void expires(std::chrono::milliseconds after) { beast::get_lowest_layer(stream_).expires_after(after); }

  void begin() {
    if (!crowded_) return read_request();
    request_.request_id = request_id_of({});
    refuse(503, 8026, "the server has as many connections as it may; try again later");
  }

  // ---- reading ----

  void read_request() {
    parser_.emplace();
    parser_->header_limit(core_.options.max_header_bytes);
    parser_->body_limit(core_.options.max_body_bytes);
    request_ = Request{};
    if (buffer_.size() > 0) return read_header();
    if (draining_ || core_.draining) return close();
    idle_ = true;
    expires(core_.options.idle_timeout);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](error_code ec, std::size_t bytes) {
                              self->idle_ = false;
                              if (ec) return self->close();
                              self->buffer_.commit(bytes);
                              self->read_header();
                            });
  }

  void read_header() {
    expires(core_.options.header_timeout);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code ec, std::size_t) { self->on_header(ec); });
  }

  void on_header(error_code ec) {
    if (ec) return on_read_error(ec);
    if (parser_->is_done()) return on_request();
    expires(core_.options.body_timeout);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                        [self = this->shared_from_this()](error_code written, std::size_t) {
                          if (!written) self->read_body();
                        });
    } else {
      read_body();
    }
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](error_code ec, std::size_t) {
                       if (ec) return self->on_read_error(ec);
                       self->on_request();
                     });
  }

  void on_read_error(error_code ec) {
    request_.request_id = request_id_of({});
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
      refuse(431, 8021,
             fmt::format("the request's header has more than {} bytes", core_.options.max_header_bytes));
    } else if (ec == http::error::body_limit) {
      refuse(413, 8021,
             fmt::format("the request's body has more than {} bytes", core_.options.max_body_bytes));
    } else if (ec == http::error::bad_version) {
      refuse(505, 8021, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    } else if (ec.category() == http::make_error_code(http::error::bad_method).category() &&
               ec != http::error::end_of_stream && ec != http::error::partial_message) {
      refuse(400, 8021, fmt::format("the request is malformed: {}", ec.message()));
    } else {
      if (ec == beast::error::timeout) ++core_.refused;
      close();
    }
  }

  void on_request() {
    auto& message = parser_->get();
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    request_.request_id =
        request_id_of(std::string_view(message["X-Request-Id"].data(), message["X-Request-Id"].size()));
    request_.remote_address = remote_;
    request_.tls = kTls;
    request_.is_websocket = beast::websocket::is_upgrade(message);
    for (const auto& field : message) {
      request_.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    request_.body = std::move(message.body());
    keep_alive_ = message.keep_alive();
    head_only_ = message.method() == http::verb::head;
    if (!split_target(request_))
      return refuse(400, 8021, "the request's target is not a path, or is not percent-encoded right");
    if (message.version() >= 11 && request_.headers.find("Host") == nullptr) {
      return refuse(400, 8021, "the request has no Host header");
    }
    started_ = std::chrono::steady_clock::now();
    beast::get_lowest_layer(stream_).expires_never();
    const bool queued =
        core_.workers.run([self = this->shared_from_this()]() mutable { handle(std::move(self)); });
    if (!queued) refuse(503, 8026, "the server is busy; try again later");
  }

  // ---- answering: http_answer_internal.h ----

  /// On a worker; which must not be the last to know the connection, for its end belongs to its thread.
  static void handle(std::shared_ptr<Connection> self);
  static Error internal_error(const std::exception& exception);
  /// The next piece that is not empty.
  static Result<std::optional<std::string>> pull(const BodySource& source);
  /// The first piece of a stream, while there is still a status to choose.
  void prefetch(Response& response);
  void hold(Response response);
  void answer();
  /// What is left of the body, a piece at a time; the head goes with the first. One buffer a write: TLS
  /// streams (Beast 1.74) take a sequence that begins with an empty or a short one for its end.
  void write_body();
  void write_piece();
  /// On a worker; see handle.
  static void fetch_piece(std::shared_ptr<Connection> self);
  void on_piece(Result<std::optional<std::string>> piece);
  void refuse(int status, std::uint16_t code, std::string message);
  void finish();
  void log_request();
  void upgrade();

  // ---- closing ----

  void close() {
    error_code ignored;
    if constexpr (kTls) {
      if (!socket().is_open()) return;
      expires(std::chrono::seconds(2));
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->abort(); });
    } else {
      socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
      if (unread_) return discard(0);
      socket().close(ignored);
    }
  }

  /// What the client still sends is read for a moment: closing on unread bytes would take back the answer.
  void discard(std::size_t so_far) {
    buffer_.clear();
    expires(std::chrono::seconds(2));
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this(), so_far](error_code ec, std::size_t bytes) {
                              if (!ec && so_far + bytes < kMaxDiscarded) self->discard(so_far + bytes);
                            });
  }

  Core& core_;
  IoThread& io_;
  Stream stream_;
  bool crowded_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  asio::steady_timer delay_{io_.context};
  std::string remote_;
  Request request_;
  Response response_;
  std::string head_;
  std::string piece_;
  std::uint64_t sent_ = 0;
  std::chrono::steady_clock::time_point started_;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool chunked_ = false;
  bool raw_ = false;
  bool unread_ = false;
  bool idle_ = false;
  bool draining_ = false;
  Registration registration_;
};

}  // namespace goldtape::serve::internal
