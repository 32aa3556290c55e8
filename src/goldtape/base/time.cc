#include "goldtape/base/time.h"

#include <optional>

#include <fmt/format.h>

namespace goldtape {
namespace {

using std::chrono::microseconds;

/// Reads a text from the left; each step says whether it fitted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool skip(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// 1 to 9 digits of a fraction, as microseconds; further digits are cut off, not rounded.
  std::optional<int> fraction_us() {
    int value = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 6) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0 || count > 9) return std::nullopt;
    rest_.remove_prefix(count);
    for (std::size_t i = count; i < 6; ++i) value *= 10;
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<Date> scan_date(Scanner& in) {
  const auto year = in.digits(4);
  if (!year || !in.skip('-')) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.skip('-')) return std::nullopt;
  const auto day = in.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return Date{date};
}

std::optional<microseconds> scan_time_of_day(Scanner& in) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.skip(':')) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  microseconds time = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  if (!in.skip(':')) return time;
  const auto second = in.digits(2);
  if (!second || *second > 59) return std::nullopt;
  time += std::chrono::seconds{*second};
  if (!in.skip('.')) return time;
  const auto us = in.fraction_us();
  if (!us) return std::nullopt;
  return time + microseconds{*us};
}

/// "Z", "+HH:MM", "-HHMM" or nothing (UTC).
std::optional<microseconds> scan_offset(Scanner& in) {
  if (in.done() || in.skip('Z')) return microseconds{0};
  const bool east = in.skip('+');
  if (!east && !in.skip('-')) return std::nullopt;
  const auto hour = in.digits(2);
  if (!hour || *hour > 18) return std::nullopt;
  in.skip(':');
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  const microseconds offset = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  return east ? offset : -offset;
}

std::optional<Timestamp> scan_timestamp(std::string_view text) {
  Scanner in(text);
  const auto date = scan_date(in);
  if (!date) return std::nullopt;
  if (in.done()) return Timestamp{*date};
  if (!in.skip('T') && !in.skip(' ')) return std::nullopt;
  const auto time = scan_time_of_day(in);
  if (!time) return std::nullopt;
  const auto offset = scan_offset(in);
  if (!offset || !in.done()) return std::nullopt;
  return Timestamp{*date} + *time - *offset;
}

bool is_bare_date(std::string_view text) { return text.size() == 10; }

}  // namespace

std::string format_date(Date date) {
  const std::chrono::year_month_day ymd{date};
  return fmt::format("{:04d}-{:02d}-{:02d}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

std::string format_timestamp(Timestamp ts) {
  const auto day = std::chrono::floor<std::chrono::days>(ts);
  const auto us = (ts - day).count();
  const auto seconds = us / 1'000'000;
  std::string out = fmt::format("{}T{:02d}:{:02d}:{:02d}", format_date(day), seconds / 3600,
                                seconds / 60 % 60, seconds % 60);
  if (auto fraction = us % 1'000'000; fraction != 0) {
    std::string digits = fmt::format(".{:06d}", fraction);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += digits;
  }
  return out + 'Z';
}

Result<Date> parse_date(std::string_view text) {
  Scanner in(text);
  const auto date = scan_date(in);
  if (!date || !in.done()) {
    return fail(ErrorKind::kUsage, 1010,
                fmt::format("'{}' is not a date; write YYYY-MM-DD, such as 2019-02-11", text));
  }
  return *date;
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  const auto ts = scan_timestamp(text);
  if (!ts) {
    return fail(
        ErrorKind::kUsage, 1011,
        fmt::format(
            "'{}' is not a time; write YYYY-MM-DD or YYYY-MM-DDTHH:MM[:SS[.ffffff]] with Z or an offset "
            "such as -05:00 (no offset means UTC)",
            text));
  }
  return *ts;
}

Result<TimeRange> parse_range(std::string_view start, std::string_view end) {
  GT_ASSIGN(const Timestamp first, parse_timestamp(start));
  GT_ASSIGN(Timestamp last, parse_timestamp(end));
  if (is_bare_date(end)) last += std::chrono::days{1};
  if (last <= first) {
    return fail(
        ErrorKind::kUsage, 1012,
        fmt::format(
            "the range from {} to {} is empty; the end must come after the start (a bare date as an end "
            "includes that day)",
            start, end));
  }
  return TimeRange{first, last};
}

}  // namespace goldtape
