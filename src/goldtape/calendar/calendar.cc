#include "goldtape/calendar/calendar.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/calendar/eastern_time.h"

namespace goldtape::calendar {
namespace {

std::size_t days_between(Date first, Date last) { return static_cast<std::size_t>((last - first).count()); }

}  // namespace

Calendar::Calendar(std::string_view mic, Date first_date, Date last_date, std::vector<Session> sessions,
                   std::vector<Closure> closures)
    : mic_(mic),
      first_date_(first_date),
      last_date_(last_date),
      sessions_(std::move(sessions)),
      closures_(std::move(closures)) {
  const std::size_t days = days_between(first_date_, last_date_) + 1;
  first_session_on_or_after_.reserve(days + 1);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i <= days; ++i) {
    const Date date = first_date_ + std::chrono::days{i};
    while (next < sessions_.size() && sessions_[next].date < date) ++next;
    first_session_on_or_after_.push_back(next);
  }
}

std::size_t Calendar::lower_bound(Date date) const {
  if (date <= first_date_) return 0;
  if (date > last_date_) return sessions_.size();
  return first_session_on_or_after_[days_between(first_date_, date)];
}

const Session* Calendar::find_session(Date date) const {
  const std::size_t index = lower_bound(date);
  return index < sessions_.size() && sessions_[index].date == date ? &sessions_[index] : nullptr;
}

std::span<const Session> Calendar::sessions(Date first, Date last) const {
  if (last < first) return {};
  const std::size_t from = lower_bound(first);
  const std::size_t to = lower_bound(last + std::chrono::days{1});
  return std::span(sessions_).subspan(from, to - from);
}

const Session* Calendar::next_session(Date date) const {
  const std::size_t index = lower_bound(date + std::chrono::days{1});
  return index < sessions_.size() ? &sessions_[index] : nullptr;
}

const Session* Calendar::previous_session(Date date) const {
  const std::size_t index = lower_bound(date);
  return index > 0 ? &sessions_[index - 1] : nullptr;
}

Result<Session> Calendar::add_sessions(Date date, std::int32_t count) const {
  const std::size_t from = lower_bound(date);
  if (from >= sessions_.size() || sessions_[from].date != date) {
    return fail(ErrorKind::kUsage, 1201,
                fmt::format("{} is not a session of {}{}", format_date(date), mic_,
                            covers(date) ? fmt::format(" ({})", why_closed(date))
                                         : ": it lies outside the calendar"));
  }
  const std::int64_t to = static_cast<std::int64_t>(from) + count;
  if (to < 0 || to >= static_cast<std::int64_t>(sessions_.size())) {
    return fail(
        ErrorKind::kUsage, 1202,
        fmt::format("{} sessions from {} lie outside the calendar of {}, which covers {} to {}", count,
                    format_date(date), mic_, format_date(first_date_), format_date(last_date_)));
  }
  return sessions_[static_cast<std::size_t>(to)];
}

std::int32_t Calendar::sessions_between(Date first, Date last) const {
  return static_cast<std::int32_t>(lower_bound(last)) - static_cast<std::int32_t>(lower_bound(first));
}

const Session* Calendar::session_at(Timestamp ts) const {
  const Session* session = find_session(std::chrono::floor<std::chrono::days>(ts));
  return session != nullptr && ts >= session->open && ts < session->close ? session : nullptr;
}

std::optional<std::int32_t> Calendar::minute_index(Timestamp ts) const {
  const Session* session = session_at(ts);
  if (session == nullptr) return std::nullopt;
  return static_cast<std::int32_t>((ts - session->open) / std::chrono::minutes{1});
}

std::vector<Timestamp> Calendar::minute_grid(const Session& session) {
  std::vector<Timestamp> grid;
  grid.reserve(static_cast<std::size_t>(session.minutes()));
  for (Timestamp ts = session.open; ts < session.close; ts += std::chrono::minutes{1}) grid.push_back(ts);
  return grid;
}

Date Calendar::local_date(Timestamp ts) const {
  return std::chrono::floor<std::chrono::days>(ts + eastern_offset(ts));
}

std::optional<model::SessionPart> Calendar::part_of(Timestamp ts) const {
  const Session* session = find_session(local_date(ts));
  if (session == nullptr) return std::nullopt;
  if (ts < session->open) return model::SessionPart::kPre;
  return ts < session->close ? model::SessionPart::kRegular : model::SessionPart::kPost;
}

std::string_view Calendar::why_closed(Date date) const {
  if (!covers(date) || is_session(date)) return {};
  const auto at = std::lower_bound(closures_.begin(), closures_.end(), date,
                                   [](const Closure& closure, Date d) { return closure.date < d; });
  if (at != closures_.end() && at->date == date) return at->why;
  return std::chrono::weekday{date} == std::chrono::Saturday ? "Saturday" : "Sunday";
}

Result<const Calendar*> find_calendar(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"XNYS", "NYSE", "XNAS", "NASDAQ", "ARCX", "ARCA"};
  const std::string wanted = to_lower(name);
  for (const std::string_view known : kNames) {
    if (to_lower(known) == wanted) return &xnys();
  }
  return fail(ErrorKind::kUsage, 1203,
              fmt::format("unknown exchange calendar '{}'; write {}", name, join_or(kNames)));
}

}  // namespace goldtape::calendar
