#include <array>
#include <cstring>
#include <limits>

#include "goldtape/provider/decimal_text.h"
#include "goldtape/provider/yahoo/plain_chart_internal.h"

namespace goldtape::provider::yahoo::internal {

namespace {

constexpr std::string_view kHead = R"({"chart":{"result":[{"meta":)";
constexpr std::string_view kTail = R"(}],"error":null}})";
/// Of an integer that fits 63 bits whatever its digits.
constexpr int kMaxIntegerDigits = 18;

class PlainChart {
 public:
  PlainChart(std::string_view text, Chart& chart, std::string& rest)
      : at_(text.data()), end_(text.data() + text.size()), chart_(chart), rest_(rest) {}

  bool read() {
    if (!skip(kHead)) return false;
    const char* const meta = at_;
    if (!skip_object()) return false;
    rest_.assign(kHead).append(meta, at_);
    if (!skip(R"(,"timestamp":)") || !times()) return false;
    if (const char* const events = at_; skip(R"(,"events":)")) {
      if (!skip_object()) return false;
      rest_.append(events, at_);
    }
    if (!skip(R"(,"indicators":{"quote":[{)") || !quote() || !skip("}]")) return false;
    if (skip(R"(,"adjclose":[{"adjclose":)")) {
      if (!prices(chart_.adj_close) || !skip("}]")) return false;
    }
    rest_.append(kTail);
    return skip("}") && skip(kTail) && at_ == end_;
  }

 private:
  bool skip(std::string_view words) {
    if (static_cast<std::size_t>(end_ - at_) < words.size() ||
        std::memcmp(at_, words.data(), words.size()) != 0)
      return false;
    at_ += words.size();
    return true;
  }

  /// To behind the brace that closes this one. Whether it is JSON in between is the JSON reader's to say.
  bool skip_object() {
    if (at_ == end_ || *at_ != '{') return false;
    for (int depth = 0; at_ != end_;) {
      const char c = *at_++;
      if (c == '"') {
        const auto* quote =
            static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
        if (quote == nullptr || std::memchr(at_, '\\', static_cast<std::size_t>(quote - at_)) != nullptr)
          return false;
        at_ = quote + 1;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        if (--depth == 0) return true;
      }
    }
    return false;
  }

  /// Has kDecimalReach bytes readable from here on: the last ones of the text go on in a copy.
  void reach() {
    if (end_ - at_ >= kDecimalReach || in_tail_) return;
    const std::ptrdiff_t left = end_ - at_;
    std::memcpy(tail_.data(), at_, static_cast<std::size_t>(left));
    at_ = tail_.data();
    end_ = at_ + left;
    in_tail_ = true;
  }

  bool integer(std::int64_t& out) {
    std::uint64_t value = 0;
    const bool zero = *at_ == '0';
    const int digits = read_digits(at_, value);
    if (digits == 0 || digits > kMaxIntegerDigits || (zero && digits > 1)) return false;
    out = static_cast<std::int64_t>(value);
    return true;
  }

  bool times() {
    if (!skip("[")) return false;
    chart_.has_timestamps = true;
    if (skip("]")) return true;
    do {
      reach();
      if (!integer(chart_.timestamp_s.emplace_back())) return false;
    } while (*at_++ == ',');
    return at_[-1] == ']';
  }

  /// As many numbers or nulls as there are times.
  template <typename T, typename Read>
  bool column(std::vector<T>& out, T absent, Read&& read) {
    if (!out.empty() || !skip("[")) return false;
    const std::size_t rows = chart_.timestamp_s.size();
    if (rows == 0) return skip("]");
    out.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      reach();
      if (*at_ == 'n') {
        if (!skip("null")) return false;
        out[i] = absent;
      } else if (!read(out[i])) {
        return false;
      }
      if (*at_++ != (i + 1 == rows ? ']' : ',')) return false;
    }
    return true;
  }
  bool prices(std::vector<double>& out) {
    return column(out, std::numeric_limits<double>::quiet_NaN(),
                  [this](double& price) { return read_decimal(at_, price); });
  }

  bool quote() {
    unsigned seen = 0;
    do {
      if (!skip("\"")) return false;
      unsigned bit = 0;
      bool good = false;
      if (skip(R"(open":)")) {
        bit = 1;
        good = prices(chart_.open);
      } else if (skip(R"(high":)")) {
        bit = 2;
        good = prices(chart_.high);
      } else if (skip(R"(low":)")) {
        bit = 4;
        good = prices(chart_.low);
      } else if (skip(R"(close":)")) {
        bit = 8;
        good = prices(chart_.close);
      } else if (skip(R"(volume":)")) {
        bit = 16;
        good = column(chart_.volume, kNoVolume, [this](std::int64_t& volume) { return integer(volume); });
      }
      if (!good || (seen & bit) != 0) return false;
      seen |= bit;
    } while (skip(","));
    constexpr unsigned kAll = 31;
    return seen == kAll;
  }

  const char* at_;
  const char* end_;
  Chart& chart_;
  std::string& rest_;
  std::array<char, 2 * kDecimalReach> tail_{};
  bool in_tail_ = false;
};

}  // namespace

bool read_plain_columns(std::string_view text, Chart& chart, std::string& rest) {
  return PlainChart(text, chart, rest).read();
}

}  // namespace goldtape::provider::yahoo::internal
