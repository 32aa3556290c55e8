#include "goldtape/provider/local_clock.h"

namespace goldtape::provider {

namespace {

constexpr std::int64_t kQuarter = 900'000'000;

std::int64_t quarter_of(std::int64_t us) { return us / kQuarter - (us % kQuarter < 0 ? 1 : 0); }
LocalTime local_time(std::int64_t us) { return LocalTime{std::chrono::microseconds{us}}; }

}  // namespace

LocalInstants LocalToUtc::operator()(std::int64_t local_us) {
  const std::int64_t quarter = quarter_of(local_us);
  if (quarter == cached_quarter_) {
    const Timestamp ts = from_micros(local_us + offset_us_);
    return {LocalKind::kUnique, ts, ts};
  }
  const std::int64_t begin_us = quarter * kQuarter;
  const LocalInstants begin = zone_.to_utc(local_time(begin_us));
  const LocalInstants last = zone_.to_utc(local_time(begin_us + kQuarter - 1));
  const bool one_offset = begin.kind == LocalKind::kUnique && last.kind == LocalKind::kUnique &&
                          to_micros(last.first) - to_micros(begin.first) == kQuarter - 1;
  if (one_offset) {
    cached_quarter_ = quarter;
    offset_us_ = to_micros(begin.first) - begin_us;
  }
  return zone_.to_utc(local_time(local_us));
}

std::int64_t UtcToLocal::operator()(std::int64_t utc_us) {
  const std::int64_t quarter = quarter_of(utc_us);
  if (quarter == cached_quarter_) return utc_us + offset_us_;
  const auto local = [&](std::int64_t us) {
    return zone_.to_local(from_micros(us)).time_since_epoch().count();
  };
  const std::int64_t begin_us = quarter * kQuarter;
  const std::int64_t begin_local = local(begin_us);
  if (local(begin_us + kQuarter - 1) - begin_local == kQuarter - 1) {
    cached_quarter_ = quarter;
    offset_us_ = begin_local - begin_us;
  }
  return local(utc_us);
}

}  // namespace goldtape::provider
