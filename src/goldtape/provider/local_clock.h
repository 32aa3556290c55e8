// Zone conversions for millions of neighbouring times: a quarter of an hour with one offset is asked once.
#pragma once

#include <cstdint>

#include "goldtape/base/timezone.h"

namespace goldtape::provider {

/// Local wall time to UTC. Not thread safe.
class LocalToUtc {
 public:
  explicit LocalToUtc(TimeZone zone) : zone_(std::move(zone)) {}
  [[nodiscard]] LocalInstants operator()(std::int64_t local_us);

 private:
  TimeZone zone_;
  std::int64_t cached_quarter_ = INT64_MIN;
  std::int64_t offset_us_ = 0;  ///< UTC minus local throughout cached_quarter_.
};

/// UTC to local wall time. Not thread safe.
class UtcToLocal {
 public:
  explicit UtcToLocal(TimeZone zone) : zone_(std::move(zone)) {}
  [[nodiscard]] std::int64_t operator()(std::int64_t utc_us);

 private:
  TimeZone zone_;
  std::int64_t cached_quarter_ = INT64_MIN;
  std::int64_t offset_us_ = 0;  ///< Local minus UTC throughout cached_quarter_.
};

/// Days since 1970-01-01 of a time in microseconds since its midnight.
[[nodiscard]] constexpr std::int32_t day_of(std::int64_t us) {
  constexpr std::int64_t kDay = 86'400'000'000;
  return static_cast<std::int32_t>(us / kDay - (us % kDay < 0 ? 1 : 0));
}

}  // namespace goldtape::provider
