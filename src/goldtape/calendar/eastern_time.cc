#include "goldtape/calendar/eastern_time.h"

namespace goldtape::calendar {
namespace {

using std::chrono::April;
using std::chrono::hours;
using std::chrono::last;
using std::chrono::March;
using std::chrono::November;
using std::chrono::October;
using std::chrono::Sunday;

constexpr hours kWinter{-5};
constexpr hours kSummer{-4};
constexpr hours kChange{2};

Date first_summer_day(std::chrono::year year) {
  return year >= std::chrono::year{2007} ? Date{year / March / Sunday[2]} : Date{year / April / Sunday[1]};
}

Date first_winter_day(std::chrono::year year) {
  return year >= std::chrono::year{2007} ? Date{year / November / Sunday[1]}
                                         : Date{year / October / Sunday[last]};
}

}  // namespace

std::chrono::hours eastern_offset(Timestamp ts) {
  const std::chrono::year year =
      std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(ts + kWinter)}.year();
  const Timestamp summer = Timestamp{first_summer_day(year)} + kChange - kWinter;
  const Timestamp winter = Timestamp{first_winter_day(year)} + kChange - kSummer;
  return ts >= summer && ts < winter ? kSummer : kWinter;
}

Timestamp eastern_to_utc(Date date, std::chrono::minutes time_of_day) {
  const Timestamp as_winter = Timestamp{date} + time_of_day - kWinter;
  return Timestamp{date} + time_of_day - eastern_offset(as_winter);
}

}  // namespace goldtape::calendar
