// US Eastern time by the law's own rules, so that sessions need no time zone database.
#pragma once

#include <chrono>

#include "goldtape/base/time.h"

namespace goldtape::calendar {

/// Local time minus UTC: -4 h in summer, -5 h in winter. Summer runs from the first Sunday of April to the
/// last of October from 1987 to 2006 (Uniform Time Act as amended, Pub. L. 99-359), and from the second
/// Sunday of March to the first of November since 2007 (Energy Policy Act of 2005, Pub. L. 109-58 section
/// 110), changing at 02:00 local time. Requires: 1987 or later (earlier years get the rule of 1987).
[[nodiscard]] std::chrono::hours eastern_offset(Timestamp ts);

/// The instant of a wall-clock time of a date. Requires: not between 01:00 and 03:00 of a day of change.
[[nodiscard]] Timestamp eastern_to_utc(Date date, std::chrono::minutes time_of_day);

}  // namespace goldtape::calendar
