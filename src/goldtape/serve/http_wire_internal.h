// The text of HTTP/1.1 messages apart from sockets. Not public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "goldtape/serve/http_message.h"

namespace goldtape::serve::internal {

/// Splits `request.target` into path and query. False when it cannot be served: not a path, or with
/// percent-encoding that cannot be undone.
[[nodiscard]] bool split_target(Request& request);

/// The client's id when it is 1 to 128 visible ASCII characters, else 32 random hexadecimal digits.
[[nodiscard]] std::string request_id_of(std::string_view sent);

/// What the server adds to a response's own headers.
struct HeadFacts {
  std::string_view request_id;
  std::string_view server_name;
  std::string_view date;
  std::optional<std::uint64_t> content_length;  ///< Absent: no body is described, or a chunked one.
  bool chunked = false;
  bool keep_alive = true;
};

/// Status line and header, to the empty line. Control characters in names and values are replaced.
[[nodiscard]] std::string response_head(const Response& response, const HeadFacts& facts);

/// "2f\r\n" before a chunk of 47 bytes.
[[nodiscard]] std::string chunk_head(std::size_t size);

}  // namespace goldtape::serve::internal
