// The New York Stock Exchange's holidays and hours, by NYSE Rule 7.2 and its forerunners, and the days that
// no rule foresaw. Sources of each irregular day: docs/calendar.md.
#include <algorithm>
#include <map>
#include <optional>

#include "goldtape/calendar/calendar.h"
#include "goldtape/calendar/eastern_time.h"

namespace goldtape::calendar {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::Friday;
using std::chrono::last;
using std::chrono::minutes;
using std::chrono::Monday;
using std::chrono::Saturday;
using std::chrono::Sunday;
using std::chrono::Thursday;
using std::chrono::Wednesday;
using std::chrono::weekday;
using std::chrono::year;

constexpr year kFirstYear{1990};
constexpr year kLastYear{2035};

constexpr minutes kUsualOpen = 9h + 30min;
constexpr minutes kUsualClose = 16h;

struct Unscheduled {
  Date date;
  std::string_view why;
};

/// Whole days closed outside the rules.
constexpr Unscheduled kClosures[] = {
    {1994y / 4 / 27, "Mourning for President Nixon"},
    {2001y / 9 / 11, "Terrorist attacks"},
    {2001y / 9 / 12, "Terrorist attacks"},
    {2001y / 9 / 13, "Terrorist attacks"},
    {2001y / 9 / 14, "Terrorist attacks"},
    {2004y / 6 / 11, "Mourning for President Reagan"},
    {2007y / 1 / 2, "Mourning for President Ford"},
    {2012y / 10 / 29, "Hurricane Sandy"},
    {2012y / 10 / 30, "Hurricane Sandy"},
    {2018y / 12 / 5, "Mourning for President George H. W. Bush"},
    {2025y / 1 / 9, "Mourning for President Carter"},
};

struct Hours {
  minutes open = kUsualOpen;
  minutes close = kUsualClose;
  std::string_view why = {};
};

struct UnusualHours {
  Date date;
  Hours hours;
};

/// Sessions with hours outside the rules. Pauses within a session and openings some minutes late for a
/// silence are not among them: the session stands, and the minutes are empty.
constexpr UnusualHours kUnusualHours[] = {
    {1990y / 12 / 27, {11h, kUsualClose, "Transformer explosion"}},
    {1994y / 2 / 11, {kUsualOpen, 14h + 30min, "Snowstorm"}},
    {1995y / 12 / 18, {10h + 30min, kUsualClose, "Computer trouble"}},
    {1996y / 1 / 8, {11h, 14h, "Snowstorm"}},
    {1997y / 10 / 27, {kUsualOpen, 15h + 30min, "Circuit breaker"}},
    {1997y / 12 / 26, {kUsualOpen, 13h, "Friday after Christmas"}},
    {1999y / 12 / 31, {kUsualOpen, 13h, "Last day of 1999"}},
    {2002y / 9 / 11, {12h, kUsualClose, "Anniversary of September 11"}},
    {2003y / 12 / 26, {kUsualOpen, 13h, "Friday after Christmas"}},
};

/// Easter Sunday of the Gregorian calendar: the anonymous algorithm (Nature, 20 April 1876), as in Meeus,
/// Astronomical Algorithms, chapter 8.
Date easter(year y) {
  const int n = static_cast<int>(y);
  const int a = n % 19, b = n / 100, c = n % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
  return y / month / day;
}

/// Saturday's holidays are kept on Friday, Sunday's on Monday.
Date nearest_weekday(Date date) {
  const weekday day{date};
  if (day == Saturday) return date - days{1};
  return day == Sunday ? date + days{1} : date;
}

std::map<Date, std::string_view> closures_of(year y) {
  std::map<Date, std::string_view> closed;
  // A Saturday's New Year is not kept on Friday, for that ends an accounting year (Rule 7.2).
  const Date new_year = y / 1 / 1;
  if (weekday{new_year} != Saturday) closed[nearest_weekday(new_year)] = "New Year's Day";
  if (y >= 1998y) closed[y / 1 / Monday[3]] = "Martin Luther King Jr. Day";
  closed[y / 2 / Monday[3]] = "Washington's Birthday";
  closed[easter(y) - days{2}] = "Good Friday";
  closed[y / 5 / Monday[last]] = "Memorial Day";
  if (y >= 2022y) closed[nearest_weekday(y / 6 / 19)] = "Juneteenth";
  closed[nearest_weekday(y / 7 / 4)] = "Independence Day";
  closed[y / 9 / Monday[1]] = "Labor Day";
  closed[y / 11 / Thursday[4]] = "Thanksgiving Day";
  closed[nearest_weekday(y / 12 / 25)] = "Christmas Day";
  for (const Unscheduled& closure : kClosures) {
    if (std::chrono::year_month_day{closure.date}.year() == y) closed[closure.date] = closure.why;
  }
  return closed;
}

/// Early closes around Independence Day, since 1995: 3 July, when it is not the holiday itself. With the
/// holiday on a Thursday it was Friday the 5th until 2012, and is Wednesday the 3rd since.
std::optional<std::string_view> half_day_in_july(Date date) {
  const std::chrono::year_month_day ymd{date};
  if (ymd.year() < 1995y || ymd.month() != std::chrono::July) return std::nullopt;
  const weekday day{date};
  if (ymd.day() == 3d && day != Friday && (day != Wednesday || ymd.year() >= 2013y)) {
    return "Day before Independence Day";
  }
  if (ymd.day() == 5d && day == Friday && ymd.year() < 2013y) return "Day after Independence Day";
  return std::nullopt;
}

/// Hours of a date that is a session.
Hours hours_of(Date date) {
  for (const UnusualHours& unusual : kUnusualHours) {
    if (unusual.date == date) return unusual.hours;
  }
  const year y = std::chrono::year_month_day{date}.year();
  const minutes half_day_close = y < 1993y ? minutes{14h} : minutes{13h};
  if (const auto why = half_day_in_july(date)) return {kUsualOpen, half_day_close, *why};
  if (y >= 1992y && date == Date{y / 11 / Thursday[4]} + days{1}) {
    return {kUsualOpen, half_day_close, "Day after Thanksgiving"};
  }
  if (date == Date{y / 12 / 24}) return {kUsualOpen, half_day_close, "Christmas Eve"};
  return {};
}

Calendar build() {
  std::vector<Session> sessions;
  std::vector<Calendar::Closure> closures;
  for (year y = kFirstYear; y <= kLastYear; ++y) {
    const std::map<Date, std::string_view> closed = closures_of(y);
    for (const auto& [date, why] : closed) closures.push_back({date, why});
    for (Date date = y / 1 / 1; date <= Date{y / 12 / 31}; date += days{1}) {
      const weekday day{date};
      if (day == Saturday || day == Sunday || closed.contains(date)) continue;
      const Hours hours = hours_of(date);
      sessions.push_back({.date = date,
                          .open = eastern_to_utc(date, hours.open),
                          .close = eastern_to_utc(date, hours.close),
                          .early_close = hours.close<kUsualClose, .late_open = hours.open> kUsualOpen,
                          .why = hours.why});
    }
  }
  return {"XNYS", kFirstYear / 1 / 1, kLastYear / 12 / 31, std::move(sessions), std::move(closures)};
}

}  // namespace

const Calendar& xnys() {
  static const Calendar calendar = build();
  return calendar;
}

}  // namespace goldtape::calendar
