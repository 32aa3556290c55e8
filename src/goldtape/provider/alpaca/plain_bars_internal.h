// Bars in the very form in which Alpaca prints them, read in one pass over the text: no white space, numbers
// without exponent, text without escapes. Whatever looks otherwise, right or wrong, is left to the JSON
// reader.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/model/bar_batch.h"

namespace goldtape::provider::alpaca::internal {

/// What one bar's object says; bits of `seen` in the order of kNames.
struct RawBar {
  std::string_view t;
  double o = 0, h = 0, l = 0, c = 0;
  std::int64_t v = 0;
  double vw = model::absent_price();
  std::int64_t n = model::kAbsentCount;
  unsigned seen = 0;
};
inline constexpr std::array<std::string_view, 6> kNames{"t", "o", "h", "l", "c", "v"};
inline constexpr unsigned kAllSeen = 63;

/// Walks {"bars":{SYMBOL:[BAR,...],...},"next_page_token":null|TEXT}. Every function is false, and the walk
/// over, where the text is of another form. Requires: a NUL behind the text, as std::string has it.
class PlainBars {
 public:
  explicit PlainBars(const std::string& text) : at_(text.data()), end_(text.data() + text.size()) {}

  /// Calls `on_ticker(symbol)` and `on_bar(bar)`, whose bars have all members of kNames; either may be false
  /// to end the walk.
  template <typename OnTicker, typename OnBar>
  bool read(OnTicker&& on_ticker, OnBar&& on_bar) {
    if (!skip(R"({"bars":{)")) return false;
    if (!skip('}')) {
      do {
        std::string_view symbol;
        if (!text(symbol) || !skip(':') || !on_ticker(symbol) || !list(on_bar)) return false;
      } while (skip(','));
      if (!skip('}')) return false;
    }
    return ending();
  }

 private:
  template <typename OnBar>
  bool list(OnBar&& on_bar) {
    if (!skip('[')) return false;
    if (skip(']')) return true;
    do {
      RawBar bar;
      if (!one(bar) || bar.seen != kAllSeen || !on_bar(bar)) return false;
    } while (skip(','));
    return skip(']');
  }

  bool skip(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }
  bool skip(std::string_view words);
  bool one(RawBar& bar);
  bool member(RawBar& bar);
  bool text(std::string_view& out);
  bool price(double& out);
  bool count(std::int64_t& out);
  bool ending();

  const char* at_;
  const char* end_;
};

}  // namespace goldtape::provider::alpaca::internal
