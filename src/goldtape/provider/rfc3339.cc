#include "goldtape/provider/rfc3339.h"

#include <cstring>

#include "goldtape/base/time.h"

namespace goldtape::provider {

namespace {

constexpr std::int64_t kFirst_us = -2'208'988'800'000'000;
constexpr std::int64_t kEnd_us = 7'258'118'400'000'000;

/// Two digits; at least 100 where they are none.
unsigned two(const char* text) {
  const auto high = static_cast<unsigned>(text[0] - '0');
  const auto low = static_cast<unsigned>(text[1] - '0');
  return high > 9 || low > 9 ? 100U : high * 10 + low;
}

}  // namespace

bool Rfc3339::read_date(const char* text) {
  if (std::memcmp(text, date_, sizeof date_) == 0 && std::memcmp(text + 8, day_, sizeof day_) == 0)
    return true;
  const Result<Date> date = parse_date({text, 10});
  if (!date) return false;
  std::memcpy(date_, text, sizeof date_);
  std::memcpy(day_, text + 8, sizeof day_);
  midnight_us_ = to_micros(Timestamp(*date));
  return true;
}

bool Rfc3339::read(std::string_view text, std::int64_t& us) {
  constexpr std::size_t kShortest = 20;
  const char* p = text.data();
  bool fast =
      text.size() >= kShortest && text.back() == 'Z' && p[10] == 'T' && p[13] == ':' && p[16] == ':' &&
      (text.size() == kShortest || (p[19] == '.' && text.size() > kShortest + 1 && text.size() <= 30));
  if (fast) {
    const unsigned hour = two(p + 11);
    const unsigned minute = two(p + 14);
    const unsigned second = two(p + 17);
    fast = hour < 24 && minute < 60 && second < 60 && read_date(p);
    if (fast) {
      us = midnight_us_ + ((std::int64_t{hour} * 60 + minute) * 60 + second) * 1'000'000;
      std::int64_t unit = 100'000;
      for (std::size_t i = kShortest; i + 1 < text.size(); ++i, unit /= 10) {
        const auto digit = static_cast<unsigned>(p[i] - '0');
        if (digit > 9) return false;
        us += digit * unit;
      }
      return us >= kFirst_us && us < kEnd_us;
    }
  }
  const Result<Timestamp> ts = parse_timestamp(text);
  if (!ts) return false;
  us = to_micros(*ts);
  return us >= kFirst_us && us < kEnd_us;
}

}  // namespace goldtape::provider
