// An HTTP/1.1 server: keep-alive, streamed answers, WebSocket, TLS. The choice of what is under it, with
// measurements: docs/adr/0012-http-server.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/serve/http_message.h"
#include "goldtape/serve/http_router.h"

namespace goldtape::serve {

struct TlsFiles {
  std::string certificate_chain;  ///< PEM, the server's own certificate first.
  std::string private_key;        ///< PEM, without a passphrase.
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";  ///< An address or a name of this machine; "0.0.0.0" is everyone.
  std::uint16_t port = 0;          ///< 0: one that is free; HttpServer::port tells which.
  std::optional<TlsFiles> tls = {};
  std::string server_name = "goldtape";  ///< The Server header.

  int io_threads = 1;      ///< Threads that move bytes; one carries tens of thousands of requests a second.
  int worker_threads = 8;  ///< Threads that handlers run on. 0: on the I/O threads; then none may block.
  std::size_t max_queued_requests = 4096;  ///< Waiting for a worker; beyond it the answer is 503.
  std::size_t max_connections = 10'000;    ///< Beyond it a new one is answered 503 and closed.

  std::uint32_t max_header_bytes = 32U << 10;        ///< Beyond it: 431.
  std::uint64_t max_body_bytes = 64ULL << 20;        ///< Beyond it: 413.
  std::chrono::milliseconds header_timeout{10'000};  ///< From a request's first byte to its header's end.
  std::chrono::milliseconds body_timeout{60'000};    ///< From there to the body's end.
  std::chrono::milliseconds idle_timeout{75'000};    ///< Between two requests of a connection.
  std::chrono::milliseconds write_timeout{30'000};   ///< For each 256 KiB that a client takes.
  std::chrono::milliseconds drain_timeout{10'000};   ///< What stop() gives requests that run.

  std::size_t websocket_max_message_bytes = 4U << 20;        ///< Received; beyond it: closed with 1009.
  std::size_t websocket_max_queued_bytes = 16U << 20;        ///< To send; beyond it: closed with 1008.
  std::chrono::milliseconds websocket_idle_timeout{60'000};  ///< Without a word or a pong: closed.
};

/// Counts since the start.
struct HttpServerStats {
  std::uint64_t connections = 0;       ///< Accepted.
  std::uint64_t open_connections = 0;  ///< Now.
  std::uint64_t requests = 0;          ///< Answered, refused ones among them.
  std::uint64_t refused = 0;           ///< Malformed, oversize, too many, timed out.
};

/// A running server. stop() or the destructor ends it. Thread safe.
class HttpServer {
 public:
  /// Binds, listens and returns; requests are answered from then on.
  /// Errors: kUsage GT8020 the address cannot be bound (taken, not ours, not allowed) or resolved;
  /// kUsage GT8024 the certificate or its key cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8181", or https.
  [[nodiscard]] const std::string& url() const;
  [[nodiscard]] HttpServerStats stats() const;
  /// Accepts no more, lets running requests end (drain_timeout at most), says goodbye to WebSockets, closes
  /// the rest. Returns when no handler runs any more. Again: nothing. Not from a handler.
  void stop();

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::serve
