// The rules and the days that no rule foresaw, each by an example; tests/calendar compares every day.
#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"

namespace goldtape::calendar {
namespace {

Date date(std::string_view text) { return parse_date(text).value(); }

struct Closed {
  std::string_view date;
  std::string_view why;
};

TEST(Xnys, IsClosedOnHolidaysByTheirRulesAndEras) {
  for (const auto& [day, why] : std::initializer_list<Closed>{
           {"1990-01-01", "New Year's Day"},
           {"2023-01-02", "New Year's Day"},
           {"1998-01-19", "Martin Luther King Jr. Day"},
           {"2024-02-19", "Washington's Birthday"},
           {"1990-04-13", "Good Friday"},
           {"2000-04-21", "Good Friday"},
           {"2035-03-23", "Good Friday"},
           {"2024-05-27", "Memorial Day"},
           {"2022-06-20", "Juneteenth"},
           {"2027-06-18", "Juneteenth"},
           {"2020-07-03", "Independence Day"},
           {"2021-07-05", "Independence Day"},
           {"2024-09-02", "Labor Day"},
           {"2024-11-28", "Thanksgiving Day"},
           {"2021-12-24", "Christmas Day"},
           {"2022-12-26", "Christmas Day"},
           {"1994-04-27", "Mourning for President Nixon"},
           {"2001-09-14", "Terrorist attacks"},
           {"2004-06-11", "Mourning for President Reagan"},
           {"2007-01-02", "Mourning for President Ford"},
           {"2012-10-30", "Hurricane Sandy"},
           {"2018-12-05", "Mourning for President George H. W. Bush"},
           {"2025-01-09", "Mourning for President Carter"},
           {"2024-11-30", "Saturday"},
           {"2024-12-01", "Sunday"},
       }) {
    EXPECT_EQ(xnys().find_session(date(day)), nullptr) << day;
    EXPECT_EQ(xnys().why_closed(date(day)), why) << day;
  }
}

TEST(Xnys, IsOpenWhereARuleDoesNotReach) {
  for (const auto* day : {"1997-01-20", "2021-06-18", "2021-12-31", "2010-12-31", "2001-09-10", "2001-09-17",
                          "2012-10-31", "2024-10-14", "2024-11-11", "2027-12-31"}) {
    EXPECT_TRUE(xnys().is_session(date(day))) << day;
    EXPECT_EQ(xnys().why_closed(date(day)), "") << day;
  }
}

struct Hours {
  std::string_view date;
  std::string_view open;
  std::string_view close;
  std::string_view why;
};

TEST(Xnys, UnusualHoursHaveAReason) {
  for (const auto& [day, open, close, why] : std::initializer_list<Hours>{
           {"1990-12-24", "14:30", "19:00", "Christmas Eve"},
           {"1992-11-27", "14:30", "19:00", "Day after Thanksgiving"},
           {"1993-11-26", "14:30", "18:00", "Day after Thanksgiving"},
           {"2024-11-29", "14:30", "18:00", "Day after Thanksgiving"},
           {"2024-12-24", "14:30", "18:00", "Christmas Eve"},
           {"1995-07-03", "13:30", "17:00", "Day before Independence Day"},
           {"2013-07-03", "13:30", "17:00", "Day before Independence Day"},
           {"2002-07-05", "13:30", "17:00", "Day after Independence Day"},
           {"2025-07-03", "13:30", "17:00", "Day before Independence Day"},
           {"1997-12-26", "14:30", "18:00", "Friday after Christmas"},
           {"1999-12-31", "14:30", "18:00", "Last day of 1999"},
           {"1994-02-11", "14:30", "19:30", "Snowstorm"},
           {"1997-10-27", "14:30", "20:30", "Circuit breaker"},
           {"1990-12-27", "16:00", "21:00", "Transformer explosion"},
           {"1995-12-18", "15:30", "21:00", "Computer trouble"},
           {"1996-01-08", "16:00", "19:00", "Snowstorm"},
           {"2002-09-11", "16:00", "20:00", "Anniversary of September 11"},
       }) {
    const Session* session = xnys().find_session(date(day));
    ASSERT_NE(session, nullptr) << day;
    EXPECT_EQ(format_timestamp(session->open).substr(11, 5), open) << day;
    EXPECT_EQ(format_timestamp(session->close).substr(11, 5), close) << day;
    EXPECT_EQ(session->why, why) << day;
    EXPECT_TRUE(session->early_close || session->late_open) << day;
  }
}

TEST(Xnys, UsualHoursWhereARuleDoesNotReach) {
  for (const auto* day : {"1991-11-29", "1994-07-01", "2002-07-03", "2013-07-05", "2008-12-26", "2014-12-26",
                          "2027-12-23", "2005-06-01", "2001-09-17", "2024-11-27"}) {
    const Session* session = xnys().find_session(date(day));
    ASSERT_NE(session, nullptr) << day;
    EXPECT_EQ(session->minutes(), 390) << day;
    EXPECT_FALSE(session->early_close || session->late_open) << day;
    EXPECT_EQ(session->why, "") << day;
  }
}

TEST(Xnys, YearsHaveAsManySessionsAsTheExchangeHeld) {
  // NYSE's own counts: 2001 lost four days to the attacks, 2012 two to the hurricane.
  EXPECT_EQ(xnys().sessions(date("2001-01-01"), date("2001-12-31")).size(), 248U);
  EXPECT_EQ(xnys().sessions(date("2012-01-01"), date("2012-12-31")).size(), 250U);
  EXPECT_EQ(xnys().sessions(date("2024-01-01"), date("2024-12-31")).size(), 252U);
  EXPECT_EQ(xnys().sessions(date("2025-01-01"), date("2025-12-31")).size(), 250U);
}

}  // namespace
}  // namespace goldtape::calendar
