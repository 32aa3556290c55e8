// Numbers as vendors print them, read exactly: a price is the double nearest to its decimal text.
#pragma once

#include <cstdint>
#include <string_view>

namespace goldtape::provider::files {

enum class NumberFault : std::uint8_t {
  kNone,
  kNotANumber,  ///< Text, an empty field, thousands separators, a currency sign.
  kNotFinite,   ///< inf, nan in any spelling.
  kOutOfRange,  ///< 1e400 or 1e-400: no finite non-zero double is near it; an integer beyond 64 bits.
  kFraction,    ///< Integers only: digits other than 0 after the decimal point.
};
/// "is not a number", "is infinite or not a number", ... to follow the quoted text in a message.
[[nodiscard]] std::string_view to_string(NumberFault fault);

/// [-]digits[.digits][e[+-]digits] with blanks around it, `decimal` in place of the point; rounded to
/// nearest even as IEEE 754 asks.
[[nodiscard]] NumberFault parse_decimal(std::string_view text, char decimal, double& out);

/// [-]digits, then optionally the decimal point and zeros ("100.0", as pandas prints a column with gaps).
[[nodiscard]] NumberFault parse_integer(std::string_view text, char decimal, std::int64_t& out);

}  // namespace goldtape::provider::files
