// One connection: reads a request, has it answered, writes the answer, and again. Not public, and dear to
// compile: included once for plain sockets and once for TLS.
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
#include <boost/asio/post.hpp>
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

#include "goldtape/base/log.h"
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

  // ---- answering ----

  /// On a worker; which must not be the last to know the connection, for its end belongs to its thread.
  static void handle(std::shared_ptr<Connection> self) {
    Response response;
    try {
      response = self->core_.handler(self->request_);
      if (response.stream && !response.websocket) self->prefetch(response);
    } catch (const std::exception& exception) {
      response = Response::error(self->request_, 500, internal_error(exception));
    }
    auto& context = self->io_.context;
    asio::post(context, [self = std::move(self), response = std::move(response)]() mutable {
      self->hold(std::move(response));
    });
  }

  static Error internal_error(const std::exception& exception) {
    return {.kind = ErrorKind::kInternal, .code = 9000, .message = exception.what(), .where = {}};
  }

  /// The next piece that is not empty.
  static Result<std::optional<std::string>> pull(const BodySource& source) {
    for (;;) {
      auto piece = source();
      if (!piece || !*piece || !(*piece)->empty()) return piece;
    }
  }

  /// The first piece of a stream, while there is still a status to choose.
  void prefetch(Response& response) {
    auto piece = pull(response.stream);
    if (!piece) {
      response = Response::error(request_, piece.error());
    } else if (*piece) {
      piece_ = *std::move(*piece);
    } else {
      response.stream = {};
      response.body.clear();
    }
  }

  void hold(Response response) {
    ++core_.requests;
    response_ = std::move(response);
    if (response_.delay.count() <= 0) return answer();
    delay_.expires_after(response_.delay);
    delay_.async_wait([self = this->shared_from_this()](error_code) { self->answer(); });
  }

  void answer() {
    if (response_.websocket) return upgrade();
    if (core_.draining || draining_ || response_.close) keep_alive_ = false;
    const bool no_body = response_.status == 204 || response_.status == 304 || response_.status < 200;
    HeadFacts facts{.request_id = request_.request_id,
                    .server_name = core_.options.server_name,
                    .date = io_.date(),
                    .content_length = {},
                    .chunked = false,
                    .keep_alive = keep_alive_};
    chunked_ = response_.stream && !response_.stream_size;
    if (chunked_ && parser_ && parser_->get().version() < 11) {  // 1.0 has no chunks: the end is the end.
      facts.keep_alive = keep_alive_ = chunked_ = false;
      raw_ = true;
    }
    facts.chunked = chunked_;
    if (!no_body && !raw_ && !chunked_)
      facts.content_length = response_.stream ? *response_.stream_size : response_.body.size();
    head_ = response_head(response_, facts);
    sent_ = 0;
    if (no_body || head_only_) {
      response_.stream = {};
      response_.body.clear();
    }
    if (response_.stream) return write_piece();
    write_body();
  }

  /// What is left of the body, a piece at a time; the head goes with the first. One buffer a write: TLS
  /// streams (Beast 1.74) take a sequence that begins with an empty or a short one for its end.
  void write_body() {
    const std::size_t left = response_.body.size() - sent_;
    asio::const_buffer bytes;
    if (head_.empty()) {
      const std::size_t size = std::min(kPieceBytes, left);
      bytes = asio::buffer(response_.body.data() + sent_, size);
      sent_ += size;
    } else {
      const std::size_t size = std::min(kJoinedBytes, left);
      head_.append(response_.body, sent_, size);
      bytes = asio::buffer(head_);
      sent_ += size;
    }
    expires(core_.options.write_timeout);
    asio::async_write(stream_, bytes, [self = this->shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->close();
      self->head_.clear();
      if (self->sent_ < self->response_.body.size()) return self->write_body();
      self->finish();
    });
  }

  void write_piece() {
    if (chunked_) head_ += chunk_head(piece_.size());
    head_ += piece_;
    if (chunked_) head_ += "\r\n";
    sent_ += piece_.size();
    expires(core_.options.write_timeout);
    asio::async_write(stream_, asio::buffer(head_),
                      [self = this->shared_from_this()](error_code ec, std::size_t) {
                        if (ec) return self->close();
                        self->head_.clear();
                        beast::get_lowest_layer(self->stream_).expires_never();
                        self->core_.workers.run([self]() mutable { fetch_piece(std::move(self)); }, true);
                      });
  }

  /// On a worker; see handle.
  static void fetch_piece(std::shared_ptr<Connection> self) {
    Result<std::optional<std::string>> piece = std::optional<std::string>();
    try {
      piece = pull(self->response_.stream);
    } catch (const std::exception& exception) {
      piece = std::unexpected<Error>(internal_error(exception));
    }
    auto& context = self->io_.context;
    asio::post(context, [self = std::move(self), piece = std::move(piece)]() mutable {
      self->on_piece(std::move(piece));
    });
  }

  void on_piece(Result<std::optional<std::string>> piece) {
    if (!piece) {
      log::error(piece.error(), {{"request_id", request_.request_id}, {"path", request_.path}});
      return abort();
    }
    if (*piece) {
      piece_ = *std::move(*piece);
      return write_piece();
    }
    const bool whole = !response_.stream_size || sent_ == *response_.stream_size;
    response_.stream = {};
    if (!whole) return abort();
    if (!chunked_) return finish();
    head_ = "0\r\n\r\n";
    response_.body.clear();
    sent_ = 0;
    write_body();
  }

  void refuse(int status, std::uint16_t code, std::string message) {
    ++core_.refused;
    keep_alive_ = false;
    unread_ = true;
    hold(Response::error(
        request_, status,
        {.kind = ErrorKind::kUsage, .code = code, .message = std::move(message), .where = {}}));
  }

  void finish() {
    if (log::enabled(log::Level::kInfo)) log_request();
    response_ = Response{};
    piece_.clear();
    if (keep_alive_) return read_request();
    close();
  }

  void log_request() {
    const auto elapsed = std::chrono::steady_clock::now() - started_;
    log::write(log::Level::kInfo, "request",
               {{"method", request_.method},
                {"path", request_.path},
                {"status", static_cast<std::int64_t>(response_.status)},
                {"elapsed_ms", std::chrono::duration<double, std::milli>(elapsed).count()},
                {"remote", remote_},
                {"request_id", request_.request_id}});
  }

  void upgrade() {
    if (!request_.is_websocket) {
      const Error error{
          .kind = ErrorKind::kUsage, .code = 8023, .message = "only a WebSocket is served here", .where = {}};
      response_ = Response::error(request_, 426, error);
      response_.headers.add("Upgrade", "websocket");
      return answer();
    }
    start_websocket<Stream>(core_, io_, std::move(stream_), parser_->release(),
                            *std::move(response_.websocket));
  }

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
