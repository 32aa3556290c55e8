#include "goldtape/model/interval.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::model {
namespace {

constexpr std::array<std::string_view, 7> kIntervals{"1m", "5m", "15m", "1h", "1d", "1w", "1mo"};
constexpr std::array<std::string_view, 7> kAlpacaIntervals{"1min", "5min",  "15min", "1hour",
                                                           "1day", "1week", "1month"};
constexpr std::array<std::string_view, 3> kSessionParts{"pre", "regular", "post"};
constexpr std::array<std::string_view, 3> kPriceBases{"raw", "split_adjusted", "fully_adjusted"};
constexpr std::array<std::string_view, 4> kFills{"traded", "filled", "none", "halted"};

template <std::size_t kCount>
int index_of(const std::array<std::string_view, kCount>& words, std::string_view text) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (words[i] == text) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

std::string_view to_string(Interval interval) { return kIntervals[std::to_underlying(interval)]; }
std::string_view to_string(SessionPart part) { return kSessionParts[std::to_underlying(part)]; }
std::string_view to_string(PriceBasis basis) { return kPriceBases[std::to_underlying(basis)]; }
std::string_view to_string(Fill fill) { return kFills[std::to_underlying(fill)]; }

Result<Interval> parse_interval(std::string_view text) {
  if (text == "1M") {
    return fail(ErrorKind::kUsage, 1101,
                "interval '1M' is a minute at some vendors and a month at others; write 1m or 1mo");
  }
  const std::string word = to_lower(text);
  int index = index_of(kIntervals, word);
  if (index < 0) index = index_of(kAlpacaIntervals, word);
  if (index < 0) {
    return fail(
        ErrorKind::kUsage, 1101,
        fmt::format("unknown interval '{}'; write {} (or 1Min, 5Min, 15Min, 1Hour, 1Day, 1Week, 1Month)",
                    text, join_or(kIntervals)));
  }
  return static_cast<Interval>(index);
}

bool is_intraday(Interval interval) { return interval <= Interval::k1h; }

std::chrono::minutes length(Interval interval) {
  switch (interval) {
    case Interval::k1m: return std::chrono::minutes{1};
    case Interval::k5m: return std::chrono::minutes{5};
    case Interval::k15m: return std::chrono::minutes{15};
    default: return std::chrono::minutes{60};
  }
}

Result<SessionPart> parse_session_part(std::string_view text) {
  const int index = index_of(kSessionParts, text);
  if (index < 0) {
    return fail(ErrorKind::kUsage, 1102,
                fmt::format("unknown part of a session '{}'; write {}", text, join_or(kSessionParts)));
  }
  return static_cast<SessionPart>(index);
}

Result<PriceBasis> parse_price_basis(std::string_view text) {
  const int index = index_of(kPriceBases, text);
  if (index < 0) {
    return fail(ErrorKind::kUsage, 1103,
                fmt::format("unknown price basis '{}'; write {}", text, join_or(kPriceBases)));
  }
  return static_cast<PriceBasis>(index);
}

}  // namespace goldtape::model
