#include "goldtape/provider/decimal_text.h"

#include <limits>

namespace goldtape::provider {

namespace {

__extension__ using Wide = unsigned __int128;

struct Power {
  std::uint64_t high = 0, low = 0;  ///< 10^-n as a fraction of 128 bits, the highest set, rounded up.
};

/// 2^b / 5^n, b such that the quotient has 128 bits, by long division.
constexpr Power reciprocal(int n) {
  if (n == 0) return {std::uint64_t{1} << 63U, 0};
  std::uint64_t divisor = 1;
  for (int i = 0; i < n; ++i) divisor *= 5;
  Power out;
  Wide rest = 1;
  while ((out.high >> 63U) == 0) {
    rest <<= 1U;
    const bool one = rest >= divisor;
    if (one) rest -= divisor;
    out.high = (out.high << 1U) | (out.low >> 63U);
    out.low = (out.low << 1U) | (one ? 1U : 0U);
  }
  ++out.low;
  if (out.low == 0) ++out.high;
  return out;
}

constexpr std::array<Power, kMaxDecimalFraction + 1> make_powers() {
  std::array<Power, kMaxDecimalFraction + 1> out{};
  for (int n = 0; n <= kMaxDecimalFraction; ++n) out[static_cast<std::size_t>(n)] = reciprocal(n);
  return out;
}
constexpr auto kPowers = make_powers();

constexpr int kFractionBits = std::numeric_limits<double>::digits - 1;
constexpr int kBias = 1023;
/// Digits below 2^53 and powers up to 10^22 are doubles, and one division rounds once.
constexpr std::uint64_t kExact = std::uint64_t{1} << 53U;
/// Of so many digits after the point a tie between two doubles is possible: 5^4 < 2^10 < 5^5.
constexpr int kTieFraction = 4;

/// floor(log2(10^-n)), in fixed point.
constexpr int binary_exponent(int n) { return ((-n * (152170 + 65536)) >> 16) + 63; }

}  // namespace

double decimal_to_double(std::uint64_t digits, int fraction) {
  if (digits == 0) return 0;
  if (fraction == 0 && digits < kExact) return static_cast<double>(digits);
  const int shift = std::countl_zero(digits);
  const std::uint64_t w = digits << static_cast<unsigned>(shift);
  const Power& power = kPowers[static_cast<std::size_t>(fraction)];
  Wide product = static_cast<Wide>(w) * power.high;
  auto high = static_cast<std::uint64_t>(product >> 64U);
  auto low = static_cast<std::uint64_t>(product);
  constexpr std::uint64_t kUndecided = 0x1FF;
  if ((high & kUndecided) == kUndecided) {
    const auto more = static_cast<std::uint64_t>((static_cast<Wide>(w) * power.low) >> 64U);
    low += more;
    if (low < more) ++high;
  }
  const auto upper = static_cast<unsigned>(high >> 63U);
  const unsigned drop = upper + 64U - kFractionBits - 3U;
  std::uint64_t mantissa = high >> drop;
  int exponent = binary_exponent(fraction) + static_cast<int>(upper) - shift + kBias;
  // Just between two doubles: to the even one.
  if (low <= 1 && fraction <= kTieFraction && (mantissa & 3U) == 1 && (mantissa << drop) == high)
    mantissa &= ~std::uint64_t{1};
  mantissa += mantissa & 1U;
  mantissa >>= 1U;
  if (mantissa >= (std::uint64_t{2} << kFractionBits)) {
    mantissa = std::uint64_t{1} << kFractionBits;
    ++exponent;
  }
  mantissa &= ~(std::uint64_t{1} << kFractionBits);
  return std::bit_cast<double>(mantissa | (static_cast<std::uint64_t>(exponent) << kFractionBits));
}

}  // namespace goldtape::provider
