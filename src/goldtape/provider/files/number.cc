#include "goldtape/provider/files/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

namespace goldtape::provider::files {

namespace {

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExactIntegerLimit = std::uint64_t{1} << 53;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

std::string_view strip_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool names_non_finite(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::string lower(text.substr(0, 9));
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower == "nan" || lower == "inf" || lower == "infinity" || lower == "-nan" || lower == "#nan";
}

/// What the fast path leaves: exponents, many digits, faults.
NumberFault parse_decimal_slowly(std::string_view text, char decimal, double& out) {
  text = strip_blanks(text);
  if (names_non_finite(text)) return NumberFault::kNotFinite;
  std::string copy(text);
  if (decimal != '.') {
    if (copy.find('.') != std::string::npos) return NumberFault::kNotANumber;
    std::replace(copy.begin(), copy.end(), decimal, '.');
  }
  const bool begins_well =
      !copy.empty() && (is_digit(copy.front()) || copy.front() == '.' ||
                        (copy.front() == '-' && copy.size() > 1 && (is_digit(copy[1]) || copy[1] == '.')));
  if (!begins_well) return NumberFault::kNotANumber;
  const auto [end, error] = std::from_chars(copy.data(), copy.data() + copy.size(), out);
  if (end != copy.data() + copy.size()) return NumberFault::kNotANumber;
  if (error == std::errc::result_out_of_range) return NumberFault::kOutOfRange;
  if (error != std::errc()) return NumberFault::kNotANumber;
  if (!std::isfinite(out)) return NumberFault::kNotFinite;
  return NumberFault::kNone;
}

}  // namespace

std::string_view to_string(NumberFault fault) {
  switch (fault) {
    case NumberFault::kNone: return "is a number";
    case NumberFault::kNotANumber: return "is not a number";
    case NumberFault::kNotFinite: return "is not a finite number";
    case NumberFault::kOutOfRange: return "is out of range";
    case NumberFault::kFraction: return "has a fraction where a whole number belongs";
  }
  return "is not a number";
}

// A mantissa below 2^53 over a power of ten up to 10^22: both are exact doubles, so one correctly rounded
// division gives the nearest double (Clinger 1990, "How to read floating point numbers accurately").
NumberFault parse_decimal(std::string_view text, char decimal, double& out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  std::uint64_t mantissa = 0;
  const char* const first_digit = p;
  while (p != end && is_digit(*p)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  auto digits = p - first_digit;
  std::size_t fraction_digits = 0;
  if (p != end && *p == decimal) {
    const char* const point = p++;
    while (p != end && is_digit(*p)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
    fraction_digits = static_cast<std::size_t>(p - point - 1);
    digits += p - point - 1;
  }
  if (p != end || digits == 0 || digits > 19 || mantissa > kExactIntegerLimit) {
    return parse_decimal_slowly(text, decimal, out);
  }
  const double magnitude = static_cast<double>(mantissa) / kPowersOfTen[fraction_digits];
  out = negative ? -magnitude : magnitude;
  return NumberFault::kNone;
}

NumberFault parse_integer(std::string_view text, char decimal, std::int64_t& out) {
  text = strip_blanks(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::result_out_of_range) return NumberFault::kOutOfRange;
  const auto used = static_cast<std::size_t>(end - text.data());
  if (error != std::errc()) {
    return names_non_finite(text) ? NumberFault::kNotFinite : NumberFault::kNotANumber;
  }
  if (used == text.size()) return NumberFault::kNone;
  if (text[used] != decimal) return NumberFault::kNotANumber;
  const std::string_view fraction = text.substr(used + 1);
  if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return NumberFault::kNotANumber;
  return fraction.find_first_not_of('0') == std::string_view::npos ? NumberFault::kNone
                                                                   : NumberFault::kFraction;
}

}  // namespace goldtape::provider::files
