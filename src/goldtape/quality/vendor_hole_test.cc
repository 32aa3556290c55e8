#include "goldtape/quality/vendor_hole.h"

#include <gtest/gtest.h>

namespace goldtape::quality {
namespace {

MinuteSet full(std::size_t minutes) {
  MinuteSet set;
  for (std::size_t i = 0; i < minutes; ++i) set.set(i);
  return set;
}

TEST(VendorHole, NeedsEnoughLiquidTickersThatLackTheSameMinute) {
  std::vector<MinuteSet> presence(18, full(390));
  for (std::size_t i = 0; i < 4; ++i) presence[i].reset(301);
  EXPECT_TRUE(vendor_holes(presence, 390, {}).none());
  for (std::size_t i = 4; i < 7; ++i) presence[i].reset(301);
  MinuteSet expected;
  expected.set(301);
  EXPECT_EQ(vendor_holes(presence, 390, {}), expected);
}

TEST(VendorHole, ThinTickersNeitherMakeNorUnmakeAHole) {
  std::vector<MinuteSet> presence(10, full(390));
  for (int i = 0; i < 500; ++i) presence.push_back(full(80));
  EXPECT_TRUE(vendor_holes(presence, 390, {}).none());
  for (std::size_t i = 0; i < 5; ++i) presence[i].reset(200);
  EXPECT_TRUE(vendor_holes(presence, 390, {}).test(200));
  EXPECT_FALSE(vendor_holes(presence, 390, {}).test(201));
}

TEST(VendorHole, AShareOfManyIsNeeded) {
  std::vector<MinuteSet> presence(100, full(210));
  for (std::size_t i = 0; i < 19; ++i) presence[i].reset(7);
  EXPECT_TRUE(vendor_holes(presence, 210, {}).none());
  presence[19].reset(7);
  EXPECT_TRUE(vendor_holes(presence, 210, {}).test(7));
}

TEST(VendorHole, MinutesAfterAnEarlyCloseAreNotLacking) {
  std::vector<MinuteSet> presence(8, full(210));
  EXPECT_TRUE(vendor_holes(presence, 210, {}).none());
  EXPECT_TRUE(is_liquid(210, 210, {}));
  EXPECT_FALSE(is_liquid(210, 390, {}));
}

}  // namespace
}  // namespace goldtape::quality
