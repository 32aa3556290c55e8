// IANA time zones: exchange-local wall time to UTC and back, with daylight saving handled rightly.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "goldtape/base/time.h"

namespace goldtape {

/// A wall-clock time without a zone, microseconds since 1970-01-01T00:00:00 local.
using LocalTime = std::chrono::local_time<std::chrono::microseconds>;

/// What a local time means in a zone.
enum class LocalKind : std::uint8_t {
  kUnique,     ///< One instant.
  kGap,        ///< None: the clocks jumped over it in spring.
  kAmbiguous,  ///< Two: the hour that autumn repeats.
};

/// The instants of a local time. For kGap both are the instant of the jump; for kAmbiguous `first` <
/// `second`.
struct LocalInstants {
  LocalKind kind;
  Timestamp first;
  Timestamp second;
};

/// A zone of the IANA database of the operating system. Cheap to copy; thread safe.
class TimeZone {
 public:
  /// "America/New_York", "UTC", ... Errors: GT1020 unknown zone (the nearest names are listed),
  /// GT1021 no time zone database on this machine.
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);
  /// America/New_York, the zone of US exchanges. Errors: GT1021.
  [[nodiscard]] static Result<TimeZone> new_york();

  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] LocalTime to_local(Timestamp ts) const;
  /// The instant of a local time. O(1) amortised when calls are near in time.
  [[nodiscard]] LocalInstants to_utc(LocalTime local) const;
  /// The local calendar date of an instant.
  [[nodiscard]] Date local_date(Timestamp ts) const;

 private:
  struct Impl;
  explicit TimeZone(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

}  // namespace goldtape
