// Pieces of a file's text that are fit to stand in a message or a table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace goldtape::provider {

/// The longest prefix of at most `max_bytes` that does not cut a UTF-8 character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

/// At most 60 bytes for a message of one line: control characters as blanks, "..." where more followed.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace goldtape::provider
