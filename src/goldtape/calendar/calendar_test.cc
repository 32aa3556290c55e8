#include "goldtape/calendar/calendar.h"

#include <gtest/gtest.h>

namespace goldtape::calendar {
namespace {

using namespace std::chrono_literals;

Date date(std::string_view text) { return parse_date(text).value(); }
Timestamp utc(std::string_view text) { return parse_timestamp(text).value(); }

/// Three sessions of a week in which Wednesday is a holiday and Friday is not known any more.
Calendar small() {
  const auto session = [](std::string_view day) {
    return Session{.date = date(day),
                   .open = Timestamp{date(day)} + 14h + 30min,
                   .close = Timestamp{date(day)} + 21h,
                   .early_close = false,
                   .late_open = false,
                   .why = ""};
  };
  return {"TEST",
          date("2024-01-01"),
          date("2024-01-04"),
          {session("2024-01-01"), session("2024-01-02"), session("2024-01-04")},
          {{date("2024-01-03"), "Feast"}}};
}

TEST(Calendar, FindsSessionsOfDates) {
  const Calendar calendar = small();
  EXPECT_EQ(calendar.find_session(date("2024-01-02"))->date, date("2024-01-02"));
  EXPECT_EQ(calendar.find_session(date("2024-01-03")), nullptr);
  EXPECT_EQ(calendar.why_closed(date("2024-01-03")), "Feast");
  for (const auto* outside : {"2023-12-31", "2024-01-05", "1970-01-01", "9999-12-31"}) {
    EXPECT_EQ(calendar.find_session(date(outside)), nullptr) << outside;
    EXPECT_FALSE(calendar.covers(date(outside))) << outside;
    EXPECT_EQ(calendar.why_closed(date(outside)), "") << outside;
  }
}

TEST(Calendar, RangesIncludeBothEnds) {
  const Calendar calendar = small();
  EXPECT_EQ(calendar.sessions(date("2024-01-02"), date("2024-01-04")).size(), 2U);
  EXPECT_EQ(calendar.sessions(date("2024-01-03"), date("2024-01-03")).size(), 0U);
  EXPECT_EQ(calendar.sessions(date("1900-01-01"), date("2100-01-01")).size(), 3U);
  EXPECT_EQ(calendar.sessions(date("2024-01-04"), date("2024-01-01")).size(), 0U);
  EXPECT_EQ(calendar.sessions(date("2025-01-01"), date("2025-01-04")).size(), 0U);
  EXPECT_EQ(calendar.sessions().size(), 3U);
}

TEST(Calendar, NextAndPreviousAreStrict) {
  const Calendar calendar = small();
  EXPECT_EQ(calendar.next_session(date("2024-01-02"))->date, date("2024-01-04"));
  EXPECT_EQ(calendar.next_session(date("2024-01-03"))->date, date("2024-01-04"));
  EXPECT_EQ(calendar.next_session(date("2024-01-04")), nullptr);
  EXPECT_EQ(calendar.next_session(date("1999-01-01"))->date, date("2024-01-01"));
  EXPECT_EQ(calendar.previous_session(date("2024-01-04"))->date, date("2024-01-02"));
  EXPECT_EQ(calendar.previous_session(date("2024-01-01")), nullptr);
  EXPECT_EQ(calendar.previous_session(date("2030-01-01"))->date, date("2024-01-04"));
}

TEST(Calendar, AddsSessionsOrSaysWhyNot) {
  const Calendar calendar = small();
  EXPECT_EQ(calendar.add_sessions(date("2024-01-01"), 2)->date, date("2024-01-04"));
  EXPECT_EQ(calendar.add_sessions(date("2024-01-04"), -2)->date, date("2024-01-01"));
  EXPECT_EQ(calendar.add_sessions(date("2024-01-02"), 0)->date, date("2024-01-02"));
  EXPECT_EQ(calendar.add_sessions(date("2024-01-03"), 1).error().to_string(),
            "GT1201: 2024-01-03 is not a session of TEST (Feast)");
  EXPECT_EQ(calendar.add_sessions(date("2025-01-03"), 1).error().to_string(),
            "GT1201: 2025-01-03 is not a session of TEST: it lies outside the calendar");
  EXPECT_EQ(calendar.add_sessions(date("2024-01-01"), 3).error().to_string(),
            "GT1202: 3 sessions from 2024-01-01 lie outside the calendar of TEST, which covers 2024-01-01 to "
            "2024-01-04");
  EXPECT_EQ(calendar.add_sessions(date("2024-01-01"), -1).error().code, 1202);
  EXPECT_EQ(calendar.add_sessions(date("2024-01-01"), std::numeric_limits<std::int32_t>::min()).error().code,
            1202);
}

TEST(Calendar, CountsSessionsBetweenDates) {
  const Calendar calendar = small();
  EXPECT_EQ(calendar.sessions_between(date("2024-01-01"), date("2024-01-04")), 2);
  EXPECT_EQ(calendar.sessions_between(date("2024-01-04"), date("2024-01-01")), -2);
  EXPECT_EQ(calendar.sessions_between(date("2024-01-03"), date("2024-01-04")), 0);
}

TEST(Calendar, AnInstantBelongsToTheSessionFromOpenToBeforeClose) {
  const Calendar& calendar = xnys();
  EXPECT_EQ(calendar.session_at(utc("2024-11-29T14:29:59.999999Z")), nullptr);
  EXPECT_EQ(calendar.session_at(utc("2024-11-29T14:30Z"))->date, date("2024-11-29"));
  EXPECT_EQ(calendar.minute_index(utc("2024-11-29T14:30Z")), 0);
  EXPECT_EQ(calendar.minute_index(utc("2024-11-29T17:59:59.999999Z")), 209);
  EXPECT_EQ(calendar.minute_index(utc("2024-11-29T18:00Z")), std::nullopt);
  EXPECT_TRUE(calendar.is_open(utc("2024-11-29T17:59Z")));
  EXPECT_FALSE(calendar.is_open(utc("2024-11-29T18:00Z")));
  EXPECT_FALSE(calendar.is_open(utc("2024-11-28T15:00Z")));
}

TEST(Calendar, MinuteGridStartsAtOpenAndEndsBeforeClose) {
  const auto grid = Calendar::minute_grid(*xnys().find_session(date("2024-11-29")));
  ASSERT_EQ(grid.size(), 210U);
  EXPECT_EQ(grid.front(), utc("2024-11-29T14:30Z"));
  EXPECT_EQ(grid.back(), utc("2024-11-29T17:59Z"));
}

TEST(Calendar, PartsOfTheDayGoByTheLocalDate) {
  const Calendar& calendar = xnys();
  using model::SessionPart;
  EXPECT_EQ(calendar.part_of(utc("2024-07-08T08:00Z")), SessionPart::kPre);
  EXPECT_EQ(calendar.part_of(utc("2024-07-08T13:30Z")), SessionPart::kRegular);
  EXPECT_EQ(calendar.part_of(utc("2024-07-08T20:00Z")), SessionPart::kPost);
  EXPECT_EQ(calendar.part_of(utc("2024-12-10T00:30Z")), SessionPart::kPost) << "19:30 of the 9th";
  EXPECT_EQ(format_date(calendar.local_date(utc("2024-12-10T00:30Z"))), "2024-12-09");
  EXPECT_EQ(calendar.part_of(utc("2024-07-04T15:00Z")), std::nullopt);
  EXPECT_EQ(calendar.part_of(utc("2050-07-05T15:00Z")), std::nullopt);
}

TEST(FindCalendar, KnowsTheExchangesThatShareIt) {
  for (const auto* name : {"XNYS", "nyse", "XNAS", "Nasdaq", "ARCX", "arca"}) {
    EXPECT_EQ(find_calendar(name).value(), &xnys()) << name;
  }
  EXPECT_EQ(find_calendar("XLON").error().to_string(),
            "GT1203: unknown exchange calendar 'XLON'; write XNYS, NYSE, XNAS, NASDAQ, ARCX or ARCA");
}

}  // namespace
}  // namespace goldtape::calendar
