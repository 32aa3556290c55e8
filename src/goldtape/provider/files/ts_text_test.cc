#include "goldtape/provider/files/ts_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::provider::files {
namespace {

using Kind = ReadTime::Kind;

ReadTime read(std::string_view format, std::string_view text) {
  ReadTime time;
  EXPECT_EQ(TsFormat::parse(format).value().read(text, time), TimeFault::kNone) << text;
  return time;
}

TimeFault fault_of(std::string_view format, std::string_view text) {
  ReadTime time;
  return TsFormat::parse(format).value().read(text, time);
}

std::string utc(const ReadTime& time) { return format_timestamp(from_micros(time.utc_us)); }
std::string local(const ReadTime& time) { return format_timestamp(from_micros(time.local_us)); }

TEST(TsText, ReadsIso) {
  EXPECT_EQ(local(read("iso", "2019-02-15 16:00:00")), "2019-02-15T16:00:00Z");
  EXPECT_EQ(local(read("iso", "2019-02-15T16:00")), "2019-02-15T16:00:00Z");
  EXPECT_EQ(local(read("iso", "2019-02-15 16:00:00.1234567")), "2019-02-15T16:00:00.123456Z");
  EXPECT_EQ(read("iso", "2019-02-15 16:00:00").kind, Kind::kLocal);
  EXPECT_EQ(read("iso", "2019-02-15").kind, Kind::kDate);
}

TEST(TsText, ReadsOffsets) {
  for (const char* text : {"2019-02-15T11:00:00-05:00", "2019-02-15 11:00:00-0500", "2019-02-15T16:00:00Z",
                           "2019-02-15 16:00:00+00", "2019-02-15 21:30:00 +05:30"}) {
    const ReadTime time = read("iso", text);
    EXPECT_EQ(time.kind, Kind::kInstant) << text;
    EXPECT_EQ(utc(time), "2019-02-15T16:00:00Z") << text;
  }
  EXPECT_EQ(local(read("iso", "2019-02-15T11:00:00-05:00")), "2019-02-15T11:00:00Z");
}

TEST(TsText, ReadsEpochs) {
  EXPECT_EQ(utc(read("epoch_s", "1550246400")), "2019-02-15T16:00:00Z");
  EXPECT_EQ(utc(read("epoch_ms", "1550246400001")), "2019-02-15T16:00:00.001Z");
  EXPECT_EQ(utc(read("epoch_us", "1550246400000001")), "2019-02-15T16:00:00.000001Z");
  EXPECT_EQ(utc(read("epoch_ns", "1550246400000001999")), "2019-02-15T16:00:00.000001Z");
  EXPECT_EQ(utc(read("epoch_s", "1550246400.0")), "2019-02-15T16:00:00Z");
  EXPECT_EQ(utc(read("epoch_ns", "-1")), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(fault_of("epoch_s", "1550246400.5"), TimeFault::kFormat);
  EXPECT_EQ(fault_of("epoch_s", "99999999999999"), TimeFault::kRange);
  EXPECT_EQ(fault_of("epoch_s", "9223372036854775808"), TimeFault::kRange);
}

TEST(TsText, ReadsPatterns) {
  EXPECT_EQ(local(read("%m/%d/%Y %H:%M", "2/15/2019 16:00")), "2019-02-15T16:00:00Z");
  EXPECT_EQ(local(read("%d %b %y %I:%M:%S %p", "15 Feb 19 4:05:06 PM")), "2019-02-15T16:05:06Z");
  EXPECT_EQ(local(read("%Y%m%d %H%M%S", "20190215 160000")), "2019-02-15T16:00:00Z");
  EXPECT_EQ(local(read("%I:%M %p %Y-%m-%d", "12:00 AM 2019-02-15")), "2019-02-15T00:00:00Z");
  EXPECT_EQ(utc(read("%Y-%m-%dT%H:%M:%S.%f%z", "2019-02-15T11:00:00.5-05:00")), "2019-02-15T16:00:00.5Z");
  EXPECT_EQ(read("%Y%m%d", "20190215").kind, Kind::kDate);
}

TEST(TsText, RefusesTimesThatDoNotExist) {
  EXPECT_EQ(fault_of("iso", "2023-02-29"), TimeFault::kNoSuchDate);
  EXPECT_EQ(fault_of("iso", "2023-13-01"), TimeFault::kNoSuchDate);
  EXPECT_EQ(fault_of("iso", "2023-02-28 24:00"), TimeFault::kNoSuchTime);
  EXPECT_EQ(fault_of("iso", "2023-02-28 09:60"), TimeFault::kNoSuchTime);
  EXPECT_EQ(fault_of("iso", "2023-02-28 09:30:60"), TimeFault::kNoSuchTime);
  EXPECT_EQ(fault_of("%I:%M %p %Y-%m-%d", "13:00 PM 2019-02-15"), TimeFault::kNoSuchTime);
  EXPECT_EQ(fault_of("iso", "1500-01-01"), TimeFault::kRange);
}

TEST(TsText, RefusesOtherFormats) {
  for (const char* text : {"", "2023", "2023-1-2", "2023-01-02x", "2023-01-02 9:30", "2023-01-02T09:30:00.",
                           "2023-01-02T09:30:00+5", "2023-01-02T09:30:00.1234567890", "02/15/2019"}) {
    EXPECT_EQ(fault_of("iso", text), TimeFault::kFormat) << text;
  }
  EXPECT_EQ(fault_of("date", "2023-01-02 09:30"), TimeFault::kFormat);
}

TEST(TsText, GuessesWhatCanBeTold) {
  EXPECT_EQ(TsFormat::guess("2019-02-15 16:00:00"), "iso");
  EXPECT_EQ(TsFormat::guess("2019-02-30"), "iso");
  EXPECT_EQ(TsFormat::guess("20190215"), "%Y%m%d");
  EXPECT_EQ(TsFormat::guess("20190215 16:00"), "%Y%m%d %H:%M");
  EXPECT_EQ(TsFormat::guess("20190215T160000"), "%Y%m%dT%H%M%S");
  EXPECT_EQ(TsFormat::guess("1550246400"), "epoch_s");
  EXPECT_EQ(TsFormat::guess("1550246400000"), "epoch_ms");
  EXPECT_EQ(TsFormat::guess("1550246400000000"), "epoch_us");
  EXPECT_EQ(TsFormat::guess("1550246400000000000"), "epoch_ns");
  EXPECT_EQ(TsFormat::guess("02/15/2019"), "");
  EXPECT_EQ(TsFormat::guess(""), "");
}

TEST(TsText, RefusesPatternsItCannotRead) {
  for (const char* format : {"%Q", "%", "nonsense", "", "%Y%"}) {
    const auto parsed = TsFormat::parse(format);
    ASSERT_FALSE(parsed) << format;
    EXPECT_EQ(parsed.error().code, 2011);
  }
}

TEST(TsText, ReadsBackAnyInstant) {
  EXPECT_TRUE(rc::check([] {
    const auto us = *rc::gen::inRange<std::int64_t>(-9'000'000'000'000'000, 9'000'000'000'000'000);
    const ReadTime time = read("iso", format_timestamp(from_micros(us)));
    RC_ASSERT(time.utc_us == us);
    RC_ASSERT(read("epoch_us", std::to_string(us)).utc_us == us);
  }));
}

}  // namespace
}  // namespace goldtape::provider::files
