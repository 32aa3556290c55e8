#include "goldtape/io/clock.h"

#include <gtest/gtest.h>

namespace goldtape::io {
namespace {

TEST(SystemClock, TellsTheTimeOfTheMachine) {
  const auto clock = system_clock();
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const Timestamp now = clock->now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST(ManualClock, StandsStillUntilMoved) {
  ManualClock clock(parse_timestamp("2019-02-11T14:30Z").value());
  EXPECT_EQ(format_timestamp(clock.now()), "2019-02-11T14:30:00Z");
  clock.advance(std::chrono::minutes{1});
  EXPECT_EQ(format_timestamp(clock.now()), "2019-02-11T14:31:00Z");
  clock.set(from_micros(0));
  EXPECT_EQ(clock.now(), from_micros(0));
}

}  // namespace
}  // namespace goldtape::io
