#include "goldtape/provider/files/ts_text.h"

#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace goldtape::provider::files {

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// The parts of a civil time as they are read.
struct Civil {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micros = 0;
  int pm = -1;  ///< 0 AM, 1 PM, -1: 24-hour clock.
  bool has_time = false;
  bool has_offset = false;
  int offset_minutes = 0;
};

TimeFault to_read_time(const Civil& civil, ReadTime& out) {
  using namespace std::chrono;
  const year_month_day ymd{year{civil.year}, month{static_cast<unsigned>(civil.month)},
                           day{static_cast<unsigned>(civil.day)}};
  if (!ymd.ok()) return TimeFault::kNoSuchDate;
  if (civil.year < 1678 || civil.year > 2261) return TimeFault::kRange;
  int hour = civil.hour;
  if (civil.pm >= 0) {
    if (hour < 1 || hour > 12) return TimeFault::kNoSuchTime;
    hour = hour % 12 + 12 * civil.pm;
  }
  if (hour > 23 || civil.minute > 59 || civil.second > 59) return TimeFault::kNoSuchTime;
  if (civil.offset_minutes <= -1440 || civil.offset_minutes >= 1440) return TimeFault::kNoSuchTime;
  const std::int64_t days = sys_days{ymd}.time_since_epoch().count();
  const std::int64_t seconds = days * kSecondsPerDay + hour * 3600 + civil.minute * 60 + civil.second;
  out.local_us = seconds * kMicrosPerSecond + civil.micros;
  out.utc_us = out.local_us - std::int64_t{civil.offset_minutes} * 60 * kMicrosPerSecond;
  out.kind = civil.has_offset ? ReadTime::Kind::kInstant
             : civil.has_time ? ReadTime::Kind::kLocal
                              : ReadTime::Kind::kDate;
  return TimeFault::kNone;
}

/// Takes pieces off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : p_(text.data()), end_(p_ + text.size()) {}
  [[nodiscard]] bool done() const { return p_ == end_; }
  [[nodiscard]] char peek() const { return p_ == end_ ? '\0' : *p_; }
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  /// Between `least` and `most` digits.
  bool number(int least, int most, int& out) {
    int digits = 0;
    int value = 0;
    while (digits < most && p_ != end_ && is_digit(*p_)) {
      value = value * 10 + (*p_++ - '0');
      ++digits;
    }
    out = value;
    return digits >= least;
  }
  /// 1 to 9 digits after a decimal point, as microseconds.
  bool fraction(int& micros) {
    int digits = 0;
    micros = 0;
    for (; p_ != end_ && is_digit(*p_); ++p_, ++digits) {
      if (digits < 6) micros = micros * 10 + (*p_ - '0');
    }
    for (int i = digits; i < 6; ++i) micros *= 10;
    return digits >= 1 && digits <= 9;
  }
  /// Z, +HH:MM, +HHMM or +HH.
  bool offset(Civil& civil) {
    civil.has_offset = true;
    if (take('Z') || take('z')) return true;
    const int sign = peek() == '-' ? -1 : 1;
    if (!take('+') && !take('-')) return false;
    int hours = 0;
    int minutes = 0;
    if (!number(2, 2, hours)) return false;
    if ((take(':') || is_digit(peek())) && !number(2, 2, minutes)) return false;
    if (minutes > 59) return false;
    civil.offset_minutes = sign * (hours * 60 + minutes);
    return true;
  }
  bool month_name(int& month) {
    static constexpr std::string_view kNames = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (end_ - p_ < 3) return false;
    std::array<char, 3> lower{};
    for (std::size_t i = 0; i < 3; ++i) lower[i] = static_cast<char>(p_[i] | 0x20);
    const std::size_t at = kNames.find(std::string_view(lower.data(), 3));
    if (at == std::string_view::npos || at % 3 != 0) return false;
    month = static_cast<int>(at / 3) + 1;
    p_ += 3;
    return true;
  }
  bool am_pm(int& pm) {
    if (end_ - p_ < 2 || (p_[1] | 0x20) != 'm') return false;
    const char first = static_cast<char>(*p_ | 0x20);
    if (first != 'a' && first != 'p') return false;
    pm = first == 'p' ? 1 : 0;
    p_ += 2;
    return true;
  }

 private:
  const char* p_;
  const char* end_;
};

/// HH:MM[:SS[.fraction]]
bool read_clock(Cursor& cursor, Civil& civil) {
  civil.has_time = true;
  if (!cursor.number(2, 2, civil.hour) || !cursor.take(':') || !cursor.number(2, 2, civil.minute))
    return false;
  if (!cursor.take(':')) return true;
  if (!cursor.number(2, 2, civil.second)) return false;
  return !cursor.take('.') || cursor.fraction(civil.micros);
}

TimeFault read_iso(std::string_view text, ReadTime& out) {
  Cursor cursor(text);
  Civil civil;
  if (!cursor.number(4, 4, civil.year) || !cursor.take('-') || !cursor.number(2, 2, civil.month) ||
      !cursor.take('-') || !cursor.number(2, 2, civil.day)) {
    return TimeFault::kFormat;
  }
  if (!cursor.done()) {
    if (!cursor.take('T') && !cursor.take(' ')) return TimeFault::kFormat;
    if (!read_clock(cursor, civil)) return TimeFault::kFormat;
    if (!cursor.done()) {
      cursor.take(' ');
      if (!cursor.offset(civil)) return TimeFault::kFormat;
    }
  }
  return cursor.done() ? to_read_time(civil, out) : TimeFault::kFormat;
}

bool read_letter(char letter, Cursor& cursor, Civil& civil) {
  switch (letter) {
    case 'Y': return cursor.number(4, 4, civil.year);
    case 'y': {
      // POSIX: 69-99 are 1969-1999, 00-68 are 2000-2068.
      if (!cursor.number(2, 2, civil.year)) return false;
      civil.year += civil.year < 69 ? 2000 : 1900;
      return true;
    }
    case 'm': return cursor.number(1, 2, civil.month);
    case 'b': return cursor.month_name(civil.month);
    case 'd': return cursor.number(1, 2, civil.day);
    case 'H':
    case 'I': civil.has_time = true; return cursor.number(1, 2, civil.hour);
    case 'p': return cursor.am_pm(civil.pm);
    case 'M': return cursor.number(2, 2, civil.minute);
    case 'S': return cursor.number(2, 2, civil.second);
    case 'f': return cursor.fraction(civil.micros);
    case 'z': return cursor.offset(civil);
    default: return false;
  }
}

bool is_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string_view to_string(TimeFault fault) {
  switch (fault) {
    case TimeFault::kNone: return "is a timestamp";
    case TimeFault::kFormat: return "is not a timestamp in this file's format";
    case TimeFault::kNoSuchDate: return "is a date that does not exist";
    case TimeFault::kNoSuchTime: return "is a time of day that does not exist";
    case TimeFault::kRange: return "is outside the years 1678 to 2261";
  }
  return "is not a timestamp";
}

Result<TsFormat> TsFormat::parse(std::string_view format) {
  TsFormat result;
  result.text_ = format;
  if (format == "iso") return result;
  if (format == "date") {
    result.style_ = Style::kDate;
    return result;
  }
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kEpochs = {
      {{"epoch_s", 1}, {"epoch_ms", 1'000}, {"epoch_us", 1'000'000}, {"epoch_ns", 1'000'000'000}}};
  for (const auto& [name, per_second] : kEpochs) {
    if (format != name) continue;
    result.style_ = Style::kEpoch;
    result.epoch_per_second_ = per_second;
    return result;
  }
  result.style_ = Style::kPattern;
  bool has_letter = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    ++i;
    if (i == format.size() || std::string_view("YymbdHIpMSfz").find(format[i]) == std::string_view::npos) {
      return fail(ErrorKind::kUsage, 2011,
                  fmt::format("ts_format '{}': after % one of Y y m b d H I p M S f z is read", format));
    }
    has_letter = true;
  }
  if (!has_letter) {
    return fail(
        ErrorKind::kUsage, 2011,
        fmt::format("ts_format '{}' is none of auto, iso, date, epoch_s, epoch_ms, epoch_us, epoch_ns "
                    "and not a pattern such as %m/%d/%Y %H:%M",
                    format));
  }
  return result;
}

std::string TsFormat::guess(std::string_view sample) {
  ReadTime ignored;
  if (read_iso(sample, ignored) != TimeFault::kFormat) return "iso";
  if (!is_all_digits(sample)) {
    // Compact ISO, as in 20190211 09:31 or 20190211T093100.
    if (sample.size() < 9 || !is_all_digits(sample.substr(0, 8))) return {};
    const std::string separator(1, sample[8]);
    if (separator != " " && separator != "T") return {};
    for (const char* clock : {"%H:%M:%S", "%H:%M", "%H%M%S", "%H%M"}) {
      const std::string pattern = "%Y%m%d" + separator + clock;
      const auto format = parse(pattern);
      if (format && format->read(sample, ignored) != TimeFault::kFormat) return pattern;
    }
    return {};
  }
  switch (sample.size()) {
    case 8: return "%Y%m%d";
    case 9:
    case 10: return "epoch_s";
    case 12:
    case 13: return "epoch_ms";
    case 15:
    case 16: return "epoch_us";
    case 18:
    case 19: return "epoch_ns";
    default: return {};
  }
}

TimeFault TsFormat::read(std::string_view text, ReadTime& out) const {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  switch (style_) {
    case Style::kIso: return read_iso(text, out);
    case Style::kDate: {
      const TimeFault fault = read_iso(text, out);
      return fault == TimeFault::kNone && out.kind != ReadTime::Kind::kDate ? TimeFault::kFormat : fault;
    }
    case Style::kEpoch: return read_epoch(text, out);
    case Style::kPattern: return read_pattern(text, out);
  }
  return TimeFault::kFormat;
}

TimeFault TsFormat::read_epoch(std::string_view text, ReadTime& out) const {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range) return TimeFault::kRange;
  if (error != std::errc()) return TimeFault::kFormat;
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!rest.empty()) {
    // A count kept as a floating-point number: only a zero fraction leaves no doubt.
    if (rest.front() != '.' || rest.size() < 2) return TimeFault::kFormat;
    if (rest.find_first_not_of('0', 1) != std::string_view::npos) return TimeFault::kFormat;
  }
  return from_count(count, out);
}

TimeFault TsFormat::from_count(std::int64_t count, ReadTime& out) const {
  if (style_ != Style::kEpoch) return TimeFault::kFormat;
  constexpr std::int64_t kSecondsLimit = 9'214'646'400;  // 2262-01-01
  if (count / epoch_per_second_ >= kSecondsLimit || count / epoch_per_second_ <= -kSecondsLimit) {
    return TimeFault::kRange;
  }
  out.kind = ReadTime::Kind::kEpoch;
  if (epoch_per_second_ <= kMicrosPerSecond) {
    out.utc_us = count * (kMicrosPerSecond / epoch_per_second_);
  } else {
    const std::int64_t per_micro = epoch_per_second_ / kMicrosPerSecond;
    out.utc_us = count / per_micro - (count % per_micro < 0 ? 1 : 0);
  }
  return TimeFault::kNone;
}

TimeFault TsFormat::read_pattern(std::string_view text, ReadTime& out) const {
  Cursor cursor(text);
  Civil civil;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const bool fits = text_[i] == '%' ? read_letter(text_[++i], cursor, civil) : cursor.take(text_[i]);
    if (!fits) return TimeFault::kFormat;
  }
  return cursor.done() ? to_read_time(civil, out) : TimeFault::kFormat;
}

}  // namespace goldtape::provider::files
