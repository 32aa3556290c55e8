#include "goldtape/base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace goldtape {
namespace {

using namespace std::chrono_literals;

constexpr Date kDay = std::chrono::year{2019} / 2 / 11;

TEST(FormatTimestamp, PrintsAFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_timestamp(Timestamp{kDay} + 14h + 30min), "2019-02-11T14:30:00Z");
  EXPECT_EQ(format_timestamp(Timestamp{kDay} + 250ms), "2019-02-11T00:00:00.25Z");
  EXPECT_EQ(format_timestamp(Timestamp{kDay} - 1us), "2019-02-10T23:59:59.999999Z");
  EXPECT_EQ(format_timestamp(from_micros(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(ParseDate, TakesOnlyDatesThatExist) {
  EXPECT_EQ(parse_date("2019-02-11").value(), kDay);
  EXPECT_EQ(parse_date("2024-02-29").value(), Date{std::chrono::year{2024} / 2 / 29});
  for (const auto* bad : {"", "2019-2-11", "2019-02-30", "2023-02-29", "2019-13-01", "20190211",
                          "2019-02-11x", "2019-02-11T00:00", " 2019-02-11", "2019/02/11", "-019-02-11"}) {
    const auto date = parse_date(bad);
    ASSERT_FALSE(date) << bad;
    EXPECT_EQ(date.error().code, 1010);
  }
  EXPECT_EQ(parse_date("soon").error().to_string(),
            "GT1010: 'soon' is not a date; write YYYY-MM-DD, such as 2019-02-11");
}

TEST(ParseTimestamp, UnderstandsTheUsualForms) {
  const Timestamp half_past = Timestamp{kDay} + 14h + 30min;
  EXPECT_EQ(parse_timestamp("2019-02-11").value(), Timestamp{kDay});
  EXPECT_EQ(parse_timestamp("2019-02-11T14:30").value(), half_past);
  EXPECT_EQ(parse_timestamp("2019-02-11 14:30:00").value(), half_past);
  EXPECT_EQ(parse_timestamp("2019-02-11T14:30:00Z").value(), half_past);
  EXPECT_EQ(parse_timestamp("2019-02-11T09:30:00-05:00").value(), half_past);
  EXPECT_EQ(parse_timestamp("2019-02-11T20:00:00+0530").value(), half_past);
  EXPECT_EQ(parse_timestamp("2019-02-11T14:30:00.5Z").value(), half_past + 500ms);
  EXPECT_EQ(parse_timestamp("2019-02-11T14:30:00.123456789Z").value(), half_past + 123'456us);
}

TEST(ParseTimestamp, RefusesWhatIsNoTime) {
  for (const auto* bad :
       {"", "14:30", "2019-02-11T", "2019-02-11T24:00", "2019-02-11T14:60", "2019-02-11T14:30:60",
        "2019-02-11T14:30:00.", "2019-02-11T14:30:00.1234567890", "2019-02-11T14:30:00ZZ",
        "2019-02-11T14:30:00+5", "2019-02-11T14:30+19:00", "2019-02-31T14:30", "1549895400"}) {
    const auto ts = parse_timestamp(bad);
    ASSERT_FALSE(ts) << bad;
    EXPECT_EQ(ts.error().code, 1011);
  }
  EXPECT_EQ(
      parse_timestamp("now").error().message,
      "'now' is not a time; write YYYY-MM-DD or YYYY-MM-DDTHH:MM[:SS[.ffffff]] with Z or an offset such as "
      "-05:00 (no offset means UTC)");
}

TEST(ParseRange, ABareDateAsEndIncludesThatDay) {
  const TimeRange week = parse_range("2019-02-11", "2019-02-15").value();
  EXPECT_EQ(week.start, Timestamp{kDay});
  EXPECT_EQ(week.end, Timestamp{kDay} + std::chrono::days{5});
  EXPECT_EQ(parse_range("2019-02-11", "2019-02-11T12:00").value().end, Timestamp{kDay} + 12h);
}

TEST(ParseRange, RefusesAnEmptyRange) {
  EXPECT_EQ(parse_range("2019-02-11T12:00", "2019-02-11T12:00").error().code, 1012);
  EXPECT_EQ(parse_range("2019-02-12", "2019-02-11").error().message,
            "the range from 2019-02-12 to 2019-02-11 is empty; the end must come after the start (a bare "
            "date as an "
            "end includes that day)");
  EXPECT_EQ(parse_range("x", "2019-02-11").error().code, 1011);
}

RC_GTEST_PROP(Timestamp, SurvivesFormatAndParse, ()) {
  // Years 0001 to 9999, which is what four digits can write.
  const auto us = *rc::gen::inRange<std::int64_t>(-62'135'596'800'000'000, 253'402'300'800'000'000);
  RC_ASSERT(parse_timestamp(format_timestamp(from_micros(us))).value() == from_micros(us));
  const Date date = std::chrono::floor<std::chrono::days>(from_micros(us));
  RC_ASSERT(parse_date(format_date(date)).value() == date);
  RC_ASSERT(from_days(to_days(date)) == date);
}

}  // namespace
}  // namespace goldtape
