// What a handler of the HTTP server gets and gives: requests, responses, and errors as JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goldtape/base/error.h"
#include "goldtape/base/result.h"
#include "goldtape/serve/websocket.h"

namespace goldtape::serve {

/// Header fields in the order they came or are sent. Names are compared without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Replaces every field of this name.
  void set(std::string_view name, std::string value);
  /// Adds a field beside those of the same name.
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first field's value; null for none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// The first field's value; empty for none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// One request, whole: the body was read before the handler is called.
struct Request {
  std::string method;  ///< "GET"; as sent.
  std::string target;  ///< As sent: "/v1/tables?limit=10".
  std::string path;    ///< The target's path, still percent-encoded: "/v1/tables".
  /// The target's query, decoded, in its order; '+' is a space.
  std::vector<std::pair<std::string, std::string>> query;
  Headers headers;
  std::string body;
  std::map<std::string, std::string> params;  ///< Decoded path parameters, by the router.
  std::string request_id;                     ///< The client's X-Request-Id when it is one, else a new one.
  std::string remote_address;                 ///< "127.0.0.1"
  bool tls = false;
  bool is_websocket = false;  ///< Asks to become a WebSocket.

  /// The first query parameter of a name; null for none.
  [[nodiscard]] const std::string* query_value(std::string_view name) const;
};

/// The next piece of a streamed body; absent: the body is whole. Called on a worker thread each time the
/// client has taken the piece before, so a slow client holds no thread and no more than one piece. An error
/// in the first piece becomes an answer with status 500; later it cuts the connection, which the client
/// sees as a body that is not whole.
using BodySource = std::function<Result<std::optional<std::string>>()>;

/// One answer. Content-Length or Transfer-Encoding, Connection and X-Request-Id are the server's to set;
/// Date and Server too, unless they are among the headers.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  BodySource stream = {};                         ///< Instead of `body`, when set.
  std::optional<std::uint64_t> stream_size = {};  ///< The stream's length, when it is known: not chunked.
  std::optional<WebSocketEvents> websocket = {};  ///< Instead of all of this: the upgrade.
  std::chrono::milliseconds delay{0};             ///< Held back so long, holding no thread.
  bool close = false;                             ///< Ends the connection after this answer.

  [[nodiscard]] static Response text(int status, std::string body,
                                     std::string_view content_type = "text/plain; charset=utf-8");
  [[nodiscard]] static Response json(int status, std::string body);
  /// {"code": "GT4011", "message": ..., "request_id": ...}. Without a status, the error's kind
  /// chooses it (http_status).
  [[nodiscard]] static Response error(const Request& request, int status, const Error& error);
  [[nodiscard]] static Response error(const Request& request, const Error& error);
};

/// Answers a request. Called on a worker thread, several at once; may block. What it throws becomes a 500.
using Handler = std::function<Response(const Request&)>;

/// kUsage 400, kNotFound 404, kAlreadyExists and kConflict 409, kGateFailed 422, kUnavailable 503,
/// kUnsupported 501, the rest 500.
[[nodiscard]] int http_status(ErrorKind kind);
/// "Not Found"; "Status" for one that no registry knows.
[[nodiscard]] std::string_view reason_phrase(int status);

/// Undoes percent-encoding. Absent when a '%' is not followed by two hexadecimal digits, or a NUL comes out.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

}  // namespace goldtape::serve
