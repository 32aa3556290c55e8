// Decimal numbers as APIs print them ("187.14999389648438"), read eight digits at a time and exactly.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace goldtape::provider {

/// From the first byte of a number on so many bytes must be readable: 19 digits, a point and 24 more.
inline constexpr std::ptrdiff_t kDecimalReach = 48;
/// Digits that read_digits can take into 64 bits.
inline constexpr int kMaxDecimalDigits = 19;
inline constexpr int kMaxDecimalFraction = 22;

/// The double nearest to digits / 10^fraction, ties to even: exact for all 64 bits of `digits` and a fraction
/// of at most kMaxDecimalFraction. After Lemire, "Number parsing at a gigabyte per second" (2021); that its
/// product of 128 bits always decides is shown by Mushtak and Lemire, "Fast number parsing without fallback"
/// (2023).
[[nodiscard]] double decimal_to_double(std::uint64_t digits, int fraction);

namespace internal {

/// Bytes that are no digit have their highest bit set here.
inline std::uint64_t non_digits(std::uint64_t eight) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  const std::uint64_t less = eight ^ 0x3030303030303030;  // '0'..'9' become 0..9, all else more.
  return ((less + 0x7676767676767676) | less) & kHigh;
}

/// Eight digits, the first in the lowest byte.
inline std::uint64_t eight_digits(std::uint64_t eight) {
  eight -= 0x3030303030303030;
  eight = eight * 10 + (eight >> 8U);
  constexpr std::uint64_t kMask = 0x000000FF000000FF;
  return (((eight & kMask) * 0x000F424000000064) + (((eight >> 16U) & kMask) * 0x0000271000000001)) >> 32U;
}

inline constexpr std::array<std::uint64_t, 9> kTens{1,       10,        100,        1'000,      10'000,
                                                    100'000, 1'000'000, 10'000'000, 100'000'000};

}  // namespace internal

/// Takes digits into `value`; how many there were. With more than kMaxDecimalDigits, leading zeros counted,
/// the value may have wrapped round, and no more than 24 are taken. Requires: kDecimalReach.
inline int read_digits(const char*& at, std::uint64_t& value) {
  static_assert(std::endian::native == std::endian::little);
  int count = 0;
  for (int block = 0; block < 3; ++block) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    const std::uint64_t ends = internal::non_digits(eight);
    if (ends == 0) {
      value = value * internal::kTens[8] + internal::eight_digits(eight);
      at += 8;
      count += 8;
      continue;
    }
    const int digits = std::countr_zero(ends) / 8;
    if (digits == 0) return count;
    // Zeros before the digits, in place of what follows them.
    const int missing = 64 - digits * 8;
    eight =
        (eight << static_cast<unsigned>(missing)) | (0x3030303030303030 >> static_cast<unsigned>(digits * 8));
    value = value * internal::kTens[static_cast<std::size_t>(digits)] + internal::eight_digits(eight);
    at += digits;
    return count + digits;
  }
  return count;
}

/// As read_digits, for the few digits before a point: up to eight are looked at one by one.
inline int read_few_digits(const char*& at, std::uint64_t& value) {
  const char* const first = at;
  for (int i = 0; i < 8; ++i, ++at) {
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*at)) - unsigned{'0'};
    if (digit > 9) return static_cast<int>(at - first);
    value = value * 10 + digit;
  }
  return 8 + read_digits(at, value);
}

/// "0", "277", "187.14999389648438": no sign, no exponent, no leading zero but one before the point, at most
/// kMaxDecimalDigits besides.
/// False, with `at` anywhere, for any other form. Requires: kDecimalReach.
inline bool read_decimal(const char*& at, double& out) {
  std::uint64_t value = 0;
  const bool zero = *at == '0';
  const int whole = read_few_digits(at, value);
  if (whole == 0 || whole > kMaxDecimalDigits || (zero && whole > 1)) return false;
  int fraction = 0;
  if (*at == '.') {
    ++at;
    fraction = read_digits(at, value);
    if (fraction == 0 || fraction + (zero ? 0 : whole) > kMaxDecimalDigits) return false;
  }
  out = decimal_to_double(value, fraction);
  return true;
}

}  // namespace goldtape::provider
