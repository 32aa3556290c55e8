#include "goldtape/calendar/eastern_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/base/timezone.h"

namespace goldtape::calendar {
namespace {

using namespace std::chrono_literals;

Timestamp utc(std::string_view text) { return parse_timestamp(text).value(); }

TEST(EasternTime, ChangesAtTwoInTheMorning) {
  EXPECT_EQ(eastern_offset(utc("2024-03-10T06:59:59Z")), -5h);
  EXPECT_EQ(eastern_offset(utc("2024-03-10T07:00Z")), -4h);
  EXPECT_EQ(eastern_offset(utc("2024-11-03T05:59:59Z")), -4h);
  EXPECT_EQ(eastern_offset(utc("2024-11-03T06:00Z")), -5h);
  EXPECT_EQ(eastern_offset(utc("2006-04-02T07:00Z")), -4h);
  EXPECT_EQ(eastern_offset(utc("2006-10-29T06:00Z")), -5h);
  EXPECT_EQ(eastern_offset(utc("2025-01-01T02:00Z")), -5h);
}

TEST(EasternTime, WallTimesOfTradingDays) {
  EXPECT_EQ(eastern_to_utc(parse_date("2024-03-08").value(), 9h + 30min), utc("2024-03-08T14:30Z"));
  EXPECT_EQ(eastern_to_utc(parse_date("2024-03-11").value(), 9h + 30min), utc("2024-03-11T13:30Z"));
  EXPECT_EQ(eastern_to_utc(parse_date("2024-11-04").value(), 20h), utc("2024-11-05T01:00Z"));
}

// If the law changes, the zone database learns of it, and this fails.
TEST(EasternTime, AgreesWithTheZoneDatabaseEveryHour) {
  const TimeZone zone = TimeZone::new_york().value();
  for (Timestamp ts = utc("1990-01-01"); ts < utc("2036-01-01"); ts += 1h) {
    const auto local = zone.to_local(ts).time_since_epoch();
    ASSERT_EQ(local - ts.time_since_epoch(), eastern_offset(ts)) << format_timestamp(ts);
  }
}

}  // namespace
}  // namespace goldtape::calendar
