// How a connection has a request answered and writes the answer: members of the class of
// http_connection_internal.h, and with it the whole of it. Not public.
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "goldtape/base/log.h"
#include "goldtape/serve/http_connection_internal.h"

namespace goldtape::serve::internal {

template <typename Stream>
void Connection<Stream>::handle(std::shared_ptr<Connection> self) {
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

template <typename Stream>
Error Connection<Stream>::internal_error(const std::exception& exception) {
  return {.kind = ErrorKind::kInternal, .code = 9000, .message = exception.what(), .where = {}};
}

template <typename Stream>
Result<std::optional<std::string>> Connection<Stream>::pull(const BodySource& source) {
  for (;;) {
    auto piece = source();
    if (!piece || !*piece || !(*piece)->empty()) return piece;
  }
}

template <typename Stream>
void Connection<Stream>::prefetch(Response& response) {
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

template <typename Stream>
void Connection<Stream>::hold(Response response) {
  ++core_.requests;
  response_ = std::move(response);
  if (response_.delay.count() <= 0) return answer();
  delay_.expires_after(response_.delay);
  delay_.async_wait([self = this->shared_from_this()](error_code) { self->answer(); });
}

template <typename Stream>
void Connection<Stream>::answer() {
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

template <typename Stream>
void Connection<Stream>::write_body() {
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

template <typename Stream>
void Connection<Stream>::write_piece() {
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

template <typename Stream>
void Connection<Stream>::fetch_piece(std::shared_ptr<Connection> self) {
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

template <typename Stream>
void Connection<Stream>::on_piece(Result<std::optional<std::string>> piece) {
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

template <typename Stream>
void Connection<Stream>::refuse(int status, std::uint16_t code, std::string message) {
  ++core_.refused;
  keep_alive_ = false;
  unread_ = true;
  hold(
      Response::error(request_, status,
                      {.kind = ErrorKind::kUsage, .code = code, .message = std::move(message), .where = {}}));
}

template <typename Stream>
void Connection<Stream>::finish() {
  if (log::enabled(log::Level::kInfo)) log_request();
  response_ = Response{};
  piece_.clear();
  if (keep_alive_) return read_request();
  close();
}

template <typename Stream>
void Connection<Stream>::log_request() {
  const auto elapsed = std::chrono::steady_clock::now() - started_;
  log::write(log::Level::kInfo, "request",
             {{"method", request_.method},
              {"path", request_.path},
              {"status", static_cast<std::int64_t>(response_.status)},
              {"elapsed_ms", std::chrono::duration<double, std::milli>(elapsed).count()},
              {"remote", remote_},
              {"request_id", request_.request_id}});
}

template <typename Stream>
void Connection<Stream>::upgrade() {
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

}  // namespace goldtape::serve::internal
