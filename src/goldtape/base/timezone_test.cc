#include "goldtape/base/timezone.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace goldtape {
namespace {

using namespace std::chrono_literals;

LocalTime local(std::string_view text) { return LocalTime{parse_timestamp(text).value().time_since_epoch()}; }
Timestamp utc(std::string_view text) { return parse_timestamp(text).value(); }

TEST(TimeZone, ConvertsWinterAndSummer) {
  const TimeZone zone = TimeZone::new_york().value();
  EXPECT_EQ(zone.name(), "America/New_York");
  const LocalInstants winter = zone.to_utc(local("2019-02-11T09:30"));
  EXPECT_EQ(winter.kind, LocalKind::kUnique);
  EXPECT_EQ(winter.first, utc("2019-02-11T14:30Z"));
  EXPECT_EQ(winter.second, winter.first);
  EXPECT_EQ(zone.to_utc(local("2019-07-11T09:30")).first, utc("2019-07-11T13:30Z"));
  EXPECT_EQ(zone.to_local(utc("2019-07-11T13:30Z")), local("2019-07-11T09:30"));
}

TEST(TimeZone, SpringGapHasNoInstant) {
  const TimeZone zone = TimeZone::new_york().value();
  for (const auto* text : {"2019-03-10T02:00", "2019-03-10T02:30", "2019-03-10T02:59:59.999999"}) {
    const LocalInstants gap = zone.to_utc(local(text));
    EXPECT_EQ(gap.kind, LocalKind::kGap) << text;
    EXPECT_EQ(gap.first, utc("2019-03-10T07:00Z")) << text;
    EXPECT_EQ(gap.second, gap.first) << text;
  }
  EXPECT_EQ(zone.to_utc(local("2019-03-10T01:59:59")).first, utc("2019-03-10T06:59:59Z"));
  EXPECT_EQ(zone.to_utc(local("2019-03-10T03:00")).first, utc("2019-03-10T07:00Z"));
  EXPECT_EQ(zone.to_utc(local("2019-03-10T03:00")).kind, LocalKind::kUnique);
}

TEST(TimeZone, AutumnHourComesTwice) {
  const TimeZone zone = TimeZone::new_york().value();
  const LocalInstants twice = zone.to_utc(local("2019-11-03T01:30"));
  EXPECT_EQ(twice.kind, LocalKind::kAmbiguous);
  EXPECT_EQ(twice.first, utc("2019-11-03T05:30Z"));
  EXPECT_EQ(twice.second, utc("2019-11-03T06:30Z"));
  EXPECT_EQ(zone.to_utc(local("2019-11-03T00:59:59")).kind, LocalKind::kUnique);
  EXPECT_EQ(zone.to_utc(local("2019-11-03T02:00")).kind, LocalKind::kUnique);
  EXPECT_EQ(zone.to_utc(local("2019-11-03T02:00")).first, utc("2019-11-03T07:00Z"));
}

TEST(TimeZone, KnowsFixedOddAndSouthernZones) {
  EXPECT_EQ(TimeZone::find("UTC").value().to_utc(local("2019-03-10T02:30")).first, utc("2019-03-10T02:30Z"));
  EXPECT_EQ(TimeZone::find("Asia/Kolkata").value().to_utc(local("2019-02-11T20:00")).first,
            utc("2019-02-11T14:30Z"));
  EXPECT_EQ(TimeZone::find("Australia/Lord_Howe").value().to_utc(local("2019-10-06T02:10")).kind,
            LocalKind::kGap);
  // Samoa crossed the date line: 2011-12-30 did not happen there.
  EXPECT_EQ(TimeZone::find("Pacific/Apia").value().to_utc(local("2011-12-30T12:00")).kind, LocalKind::kGap);
}

TEST(TimeZone, LocalDateIsTheExchangesDay) {
  const TimeZone zone = TimeZone::new_york().value();
  EXPECT_EQ(format_date(zone.local_date(utc("2019-02-12T01:00Z"))), "2019-02-11");
  EXPECT_EQ(format_date(zone.local_date(utc("2019-02-12T05:00Z"))), "2019-02-12");
}

TEST(TimeZone, UnknownNameListsTheNearest) {
  const auto zone = TimeZone::find("America/NewYork");
  ASSERT_FALSE(zone);
  EXPECT_EQ(zone.error().code, 1020);
  EXPECT_TRUE(zone.error().message.starts_with(
      "unknown time zone 'America/NewYork'; did you mean 'America/New_York'"))
      << zone.error().message;
  EXPECT_EQ(TimeZone::find("qqqq").error().message,
            "unknown time zone 'qqqq'; write an IANA name such as America/New_York or UTC");
  EXPECT_FALSE(TimeZone::find(""));
  EXPECT_FALSE(TimeZone::find("../../etc/passwd"));
}

TEST(TimeZone, MayBeSharedByThreads) {
  const TimeZone zone = TimeZone::new_york().value();
  std::vector<std::jthread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&zone, &wrong, t] {
      for (int day = 0; day < 5'000; ++day) {
        const Timestamp noon = utc("2005-01-01T17:00Z") + std::chrono::days{(day * 37 + t * 1'000) % 5'000};
        if (zone.to_utc(zone.to_local(noon)).first != noon) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

RC_GTEST_PROP(TimeZoneProperty, LocalAndBackHoldsTheInstant, ()) {
  static const TimeZone zones[] = {TimeZone::new_york().value(), TimeZone::find("Europe/London").value(),
                                   TimeZone::find("Australia/Lord_Howe").value()};
  const TimeZone& zone = zones[*rc::gen::inRange(0, 3)];
  const Timestamp ts =
      from_micros(*rc::gen::inRange<std::int64_t>(-2'000'000'000'000'000, 2'100'000'000'000'000));
  const LocalInstants back = zone.to_utc(zone.to_local(ts));
  RC_ASSERT(back.kind != LocalKind::kGap);
  RC_ASSERT(back.first == ts || back.second == ts);
}

}  // namespace
}  // namespace goldtape
