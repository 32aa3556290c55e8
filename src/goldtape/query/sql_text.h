// Values and names as they stand in a SQL statement.
#pragma once

#include <string>
#include <string_view>

namespace goldtape::query {

/// A string as a SQL literal, quotes doubled.
[[nodiscard]] std::string quote_literal(std::string_view text);
/// A name as a SQL identifier, double quotes doubled.
[[nodiscard]] std::string quote_identifier(std::string_view name);

}  // namespace goldtape::query
