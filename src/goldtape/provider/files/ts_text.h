// Timestamps as files print them: ISO 8601, epoch counts, or a pattern; with a date alone told apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::provider::files {

/// What a timestamp's text said.
struct ReadTime {
  enum class Kind : std::uint8_t {
    kLocal,    ///< A wall-clock time without a zone: `local_us`.
    kInstant,  ///< A time with an offset: `utc_us`, and `local_us` as written.
    kEpoch,    ///< An epoch count: `utc_us`.
    kDate,     ///< A date without a time: `local_us` is its midnight.
  };
  Kind kind = Kind::kLocal;
  std::int64_t local_us = 0;
  std::int64_t utc_us = 0;
};

/// Why a text is not a timestamp.
enum class TimeFault : std::uint8_t {
  kNone,
  kFormat,      ///< Not in the format of this file.
  kNoSuchDate,  ///< 2019-02-30.
  kNoSuchTime,  ///< 25:00, 09:60.
  kRange,       ///< Before 1677 or after 2262, where microseconds or nanoseconds do not reach.
};
[[nodiscard]] std::string_view to_string(TimeFault fault);

/// Reads one format. A fraction of a second finer than microseconds is cut off. Immutable, thread safe.
class TsFormat {
 public:
  /// A dialect's ts_format other than "auto". Errors: GT2011 (kUsage) an unknown name or % letter.
  [[nodiscard]] static Result<TsFormat> parse(std::string_view format);
  /// What "auto" becomes for a file whose first timestamp is `sample`: iso, or an epoch unit by the count of
  /// digits (9-10 s, 12-13 ms, 15-16 us, 18-19 ns), or "%Y%m%d" with an optional time. Empty: unknown.
  [[nodiscard]] static std::string guess(std::string_view sample);

  [[nodiscard]] TimeFault read(std::string_view text, ReadTime& out) const;
  /// An epoch count that is a number already. kFormat when this is not an epoch format.
  [[nodiscard]] TimeFault from_count(std::int64_t count, ReadTime& out) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Style : std::uint8_t { kIso, kDate, kEpoch, kPattern };
  TimeFault read_epoch(std::string_view text, ReadTime& out) const;
  TimeFault read_pattern(std::string_view text, ReadTime& out) const;

  Style style_ = Style::kIso;
  std::int64_t epoch_per_second_ = 1;
  std::string text_;
};

}  // namespace goldtape::provider::files
