#include <cstring>

#include "goldtape/provider/alpaca/plain_bars_internal.h"

namespace goldtape::provider::alpaca::internal {

namespace {

/// Numbers of so many digits, below 2^53 with powers of ten up to 22, are divided without rounding twice
/// (Clinger, "How to read floating point numbers accurately", 1990).
constexpr int kMaxDigits = 15;
constexpr std::array<double, kMaxDigits + 1> kPowers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

unsigned digit(char c) { return static_cast<unsigned char>(c) - unsigned{'0'}; }

/// Takes digits in; how many there were.
std::ptrdiff_t digits(const char*& at, std::uint64_t& value) {
  const char* const first = at;
  for (unsigned next = digit(*at); next <= 9; next = digit(*++at)) value = value * 10 + next;
  return at - first;
}

}  // namespace

bool PlainBars::skip(std::string_view words) {
  if (static_cast<std::size_t>(end_ - at_) < words.size() ||
      std::memcmp(at_, words.data(), words.size()) != 0)
    return false;
  at_ += words.size();
  return true;
}

bool PlainBars::text(std::string_view& out) {
  if (*at_ != '"') return false;
  const char* const first = ++at_;
  while (*at_ > ' ' && *at_ < 127 && *at_ != '"' && *at_ != '\\') ++at_;
  out = {first, static_cast<std::size_t>(at_ - first)};
  return skip('"');
}

bool PlainBars::price(double& out) {
  std::uint64_t value = 0;
  const bool zero = *at_ == '0';
  const std::ptrdiff_t whole = digits(at_, value);
  if (whole == 0 || (zero && whole > 1)) return false;
  std::ptrdiff_t fraction = 0;
  if (*at_ == '.') {
    ++at_;
    fraction = digits(at_, value);
    if (fraction == 0) return false;
  }
  if (whole + fraction > kMaxDigits || *at_ == 'e' || *at_ == 'E') return false;
  out = static_cast<double>(value) / kPowers[static_cast<std::size_t>(fraction)];
  return true;
}

bool PlainBars::count(std::int64_t& out) {
  std::uint64_t value = 0;
  const bool zero = *at_ == '0';
  const std::ptrdiff_t whole = digits(at_, value);
  if (whole == 0 || whole > kMaxDigits || (zero && whole > 1)) return false;
  out = static_cast<std::int64_t>(value);
  return *at_ == ',' || *at_ == '}';
}

bool PlainBars::member(RawBar& bar) {
  if (skip(R"("vw":)")) return price(bar.vw);
  // At least "x": before the NUL.
  if (at_[0] != '"' || at_[1] == '\0' || at_[2] != '"' || at_[3] != ':') return false;
  const char name = at_[1];
  at_ += 4;
  switch (name) {
    case 't': bar.seen |= 1; return text(bar.t);
    case 'o': bar.seen |= 2; return price(bar.o);
    case 'h': bar.seen |= 4; return price(bar.h);
    case 'l': bar.seen |= 8; return price(bar.l);
    case 'c': bar.seen |= 16; return price(bar.c);
    case 'v': bar.seen |= 32; return count(bar.v);
    case 'n': return count(bar.n);
    default: return false;
  }
}

bool PlainBars::one(RawBar& bar) {
  if (!skip('{')) return false;
  do {
    if (!member(bar)) return false;
  } while (skip(','));
  return skip('}');
}

bool PlainBars::ending() {
  if (skip(R"(,"next_page_token":)")) {
    std::string_view token;
    if (!skip("null") && !text(token)) return false;
  }
  return skip('}') && at_ == end_;
}

}  // namespace goldtape::provider::alpaca::internal
