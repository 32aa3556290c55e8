#include "goldtape/provider/session_clock.h"

#include <gtest/gtest.h>

namespace goldtape::provider {
namespace {

std::int64_t us(std::string_view text) { return to_micros(parse_timestamp(text).value()); }

TEST(SessionClock, TellsTheDateAndThePartOfTheDay) {
  SessionClock clock;
  const auto said = [&](std::string_view text) {
    const auto place = clock.place(us(text));
    return format_date(from_days(place.date_days)) + " " + std::string(model::to_string(place.part));
  };
  EXPECT_EQ(said("2024-07-03T13:29:59Z"), "2024-07-03 pre");
  EXPECT_EQ(said("2024-07-03T13:30:00Z"), "2024-07-03 regular");
  EXPECT_EQ(said("2024-07-03T17:00:00Z"), "2024-07-03 post") << "closed early";
  EXPECT_EQ(said("2024-07-04T03:59:59Z"), "2024-07-03 post");
  EXPECT_EQ(said("2024-07-04T18:00:00Z"), "2024-07-04 pre") << "no session";
  EXPECT_EQ(said("2024-01-02T14:30:00Z"), "2024-01-02 regular");
  EXPECT_EQ(said("1970-01-01T12:00:00Z"), "1970-01-01 pre");
}

TEST(BarEnd, IsTheEndOfTheIntervalOrOfTheSession) {
  using model::Interval;
  const Date day = parse_date("2024-07-03").value();
  EXPECT_EQ(to_micros(bar_end(Interval::k1m, from_micros(us("2024-07-03T13:30:00Z")), day)),
            us("2024-07-03T13:31:00Z"));
  EXPECT_EQ(to_micros(bar_end(Interval::k1d, day, day)), us("2024-07-03T17:00:00Z"));
  EXPECT_EQ(to_micros(bar_end(Interval::k1d, day, day + std::chrono::days(1))), us("2024-07-05T04:00:00Z"));
  EXPECT_EQ(to_micros(bar_end(Interval::k1mo, day, parse_date("2024-07-01").value())),
            us("2024-08-01T04:00:00Z"));
}

TEST(BarEnd, TheSessionsLastHourEndsWithIt) {
  const Date day = parse_date("2024-07-02").value();
  EXPECT_EQ(to_micros(bar_end(model::Interval::k1h, from_micros(us("2024-07-02T19:30:00Z")), day)),
            us("2024-07-02T20:00:00Z"));
}

}  // namespace
}  // namespace goldtape::provider
