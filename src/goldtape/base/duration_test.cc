#include "goldtape/base/duration.h"

#include <gtest/gtest.h>

namespace goldtape {
namespace {

TEST(DurationTest, ReadsAWholeNumberAndAUnit) {
  EXPECT_EQ(*parse_duration("0s"), std::chrono::seconds(0));
  EXPECT_EQ(*parse_duration("90s"), std::chrono::seconds(90));
  EXPECT_EQ(*parse_duration("15m"), std::chrono::minutes(15));
  EXPECT_EQ(*parse_duration("6h"), std::chrono::hours(6));
  EXPECT_EQ(*parse_duration("30d"), std::chrono::days(30));
  EXPECT_EQ(*parse_duration("8w"), std::chrono::weeks(8));
}

TEST(DurationTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "d", "30", "-1d", "1.5h", "30 d", "30days", "1y", "99999999999999999999s", "40000d"})
    EXPECT_EQ(parse_duration(text).error().code, 1013) << text;
}

}  // namespace
}  // namespace goldtape
