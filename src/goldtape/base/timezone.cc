#include "goldtape/base/timezone.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <vector>

#ifndef USE_OS_TZDB
#define USE_OS_TZDB 1
#endif
#include <date/tz.h>
#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape {
namespace {

using std::chrono::microseconds;

/// No zone is further than this from UTC, and none ever moved by more at once.
constexpr microseconds kMaxShift = std::chrono::hours{26};

/// A stretch of time with one offset; `begin_us` inclusive, up to the next stretch's.
struct Stretch {
  std::int64_t begin_us;
  std::int64_t end_us;
  std::int64_t offset_us;
};

constexpr std::int64_t kForeverUs = std::numeric_limits<std::int64_t>::max() / 2;

std::vector<Stretch> stretches_of(const date::time_zone& zone) {
  const auto first = date::sys_days{date::year{1900} / 1 / 1};
  const auto last = date::sys_days{date::year{2200} / 1 / 1};
  std::vector<Stretch> out;
  for (date::sys_seconds at = first; at < last;) {
    const date::sys_info info = zone.get_info(at);
    const std::int64_t offset_us = microseconds{info.offset}.count();
    const std::int64_t begin_us = out.empty() ? -kForeverUs : microseconds{at.time_since_epoch()}.count();
    if (out.empty() || out.back().offset_us != offset_us) {
      if (!out.empty()) out.back().end_us = begin_us;
      out.push_back({begin_us, kForeverUs, offset_us});
    }
    if (info.end <= at) break;
    at = info.end;
  }
  return out;
}

Result<const date::tzdb*> database() {
  try {
    return &date::get_tzdb();
  } catch (const std::exception& e) {
    return fail(
        ErrorKind::kNotFound, 1021,
        fmt::format("no time zone database on this machine ({}); install the package 'tzdata'", e.what()));
  }
}

Error unknown_zone(std::string_view name, const date::tzdb& tzdb) {
  std::vector<std::string_view> names;
  for (const date::time_zone& zone : tzdb.zones) names.emplace_back(zone.name());
  return {
      ErrorKind::kUsage,
      1020,
      fmt::format(
          "unknown time zone '{}'{}{}", name, did_you_mean(name, names),
          nearest_names(name, names).empty() ? "; write an IANA name such as America/New_York or UTC" : ""),
      {}};
}

}  // namespace

struct TimeZone::Impl {
  std::string name;
  std::vector<Stretch> stretches;
  /// Where the last look-up ended. Only a hint, so a race on it costs time, never correctness.
  mutable std::atomic<std::size_t> hint{0};

  /// The stretch that contains an instant.
  std::size_t find(std::int64_t us) const {
    const std::size_t guess = hint.load(std::memory_order_relaxed);
    if (us >= stretches[guess].begin_us && us < stretches[guess].end_us) return guess;
    const auto after = std::upper_bound(stretches.begin(), stretches.end(), us,
                                        [](std::int64_t at, const Stretch& s) { return at < s.begin_us; });
    const auto index = static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - stretches.begin() - 1, 0));
    hint.store(index, std::memory_order_relaxed);
    return index;
  }
};

TimeZone::TimeZone(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Result<TimeZone> TimeZone::find(std::string_view name) {
  GT_ASSIGN(const date::tzdb* tzdb, database());
  try {
    const date::time_zone* zone = date::locate_zone(name);
    auto impl = std::make_shared<Impl>();
    impl->name = zone->name();
    impl->stretches = stretches_of(*zone);
    return TimeZone(std::move(impl));
  } catch (const std::exception&) {
    return std::unexpected(unknown_zone(name, *tzdb));
  }
}

Result<TimeZone> TimeZone::new_york() {
  static const Result<TimeZone> zone = find("America/New_York");
  return zone;
}

std::string_view TimeZone::name() const { return impl_->name; }

LocalTime TimeZone::to_local(Timestamp ts) const {
  const std::int64_t us = to_micros(ts);
  return LocalTime{microseconds{us + impl_->stretches[impl_->find(us)].offset_us}};
}

Date TimeZone::local_date(Timestamp ts) const {
  return Date{std::chrono::floor<std::chrono::days>(to_local(ts)).time_since_epoch()};
}

LocalInstants TimeZone::to_utc(LocalTime local) const {
  const std::vector<Stretch>& all = impl_->stretches;
  const std::int64_t local_us = local.time_since_epoch().count();
  const std::size_t near = impl_->find(local_us - all[impl_->hint.load(std::memory_order_relaxed)].offset_us);
  const std::int64_t near_us = local_us - all[near].offset_us;
  if (near_us >= all[near].begin_us + kMaxShift.count() && near_us < all[near].end_us - kMaxShift.count()) {
    return {LocalKind::kUnique, from_micros(near_us), from_micros(near_us)};
  }
  // Near a transition: every stretch that could hold this wall time is tried.
  const std::size_t from = near < 3 ? 0 : near - 3;
  const std::size_t to = std::min(all.size(), near + 4);
  std::vector<std::int64_t> instants;
  for (std::size_t i = from; i < to; ++i) {
    const std::int64_t us = local_us - all[i].offset_us;
    if (us >= all[i].begin_us && us < all[i].end_us) instants.push_back(us);
  }
  if (instants.size() == 1) return {LocalKind::kUnique, from_micros(instants[0]), from_micros(instants[0])};
  if (instants.size() > 1)
    return {LocalKind::kAmbiguous, from_micros(instants.front()), from_micros(instants.back())};
  for (std::size_t i = from + 1; i < to; ++i) {
    const std::int64_t jump_us = all[i].begin_us;
    if (local_us >= jump_us + all[i - 1].offset_us && local_us < jump_us + all[i].offset_us) {
      return {LocalKind::kGap, from_micros(jump_us), from_micros(jump_us)};
    }
  }
  return {LocalKind::kUnique, from_micros(near_us), from_micros(near_us)};
}

}  // namespace goldtape
