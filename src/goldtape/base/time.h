// Instants and dates. UTC inside, always; exchange-local time only at the edges (timezone.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape {

/// Microseconds since 1970-01-01T00:00:00Z, as Iceberg's timestamptz.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
/// Days since 1970-01-01, as Iceberg's date.
using Date = std::chrono::sys_days;

/// A half-open range of instants, [start, end).
struct TimeRange {
  Timestamp start;
  Timestamp end;
  bool operator==(const TimeRange&) const = default;
};

/// "2019-02-11".
[[nodiscard]] std::string format_date(Date date);
/// "2019-02-11T14:30:00Z"; a fraction of a second is printed only when there is one.
[[nodiscard]] std::string format_timestamp(Timestamp ts);

/// Strict "YYYY-MM-DD" of a date that exists. Errors: GT1010.
[[nodiscard]] Result<Date> parse_date(std::string_view text);
/// ISO 8601 instant: "YYYY-MM-DD", or with "T" or " " and HH:MM[:SS[.fraction up to 9 digits]] and
/// an optional "Z" or "+HH:MM"/"-HHMM" offset. Without an offset it is UTC. Errors: GT1011.
[[nodiscard]] Result<Timestamp> parse_timestamp(std::string_view text);
/// [start, end) of two texts; a bare date as `end` includes that whole day. Errors: GT1010..GT1012.
[[nodiscard]] Result<TimeRange> parse_range(std::string_view start, std::string_view end);

[[nodiscard]] constexpr std::int64_t to_micros(Timestamp ts) { return ts.time_since_epoch().count(); }
[[nodiscard]] constexpr Timestamp from_micros(std::int64_t us) {
  return Timestamp{std::chrono::microseconds{us}};
}
[[nodiscard]] constexpr std::int32_t to_days(Date date) {
  return static_cast<std::int32_t>(date.time_since_epoch().count());
}
[[nodiscard]] constexpr Date from_days(std::int32_t days) { return Date{std::chrono::days{days}}; }

}  // namespace goldtape
