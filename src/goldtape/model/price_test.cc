#include "goldtape/model/price.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace goldtape::model {
namespace {

TEST(PriceUnits, RoundToTheNearest) {
  EXPECT_EQ(to_price_units(170.42), 1'704'200);
  EXPECT_EQ(to_price_units(170.4199981689453), 1'704'200);
  EXPECT_EQ(to_price_units(0.00005), 1);
  EXPECT_EQ(to_price_units(-0.00005), -1);
  EXPECT_EQ(to_price_units(0.0), 0);
  EXPECT_EQ(from_price_units(1'704'200), 170.42);
}

TEST(PriceUnits, NothingForWhatCannotBeHeld) {
  EXPECT_FALSE(to_price_units(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(to_price_units(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(to_price_units(1e14));
  EXPECT_TRUE(to_price_units(9.9e13));
}

TEST(SurvivesRounding, ShowsWhatWouldBeLost) {
  EXPECT_TRUE(survives_rounding(170.4199981689453));
  EXPECT_TRUE(survives_rounding(0.0001));
  EXPECT_TRUE(survives_rounding(0.0));
  EXPECT_FALSE(survives_rounding(0.00012));
  EXPECT_FALSE(survives_rounding(1.00003));
  EXPECT_TRUE(survives_rounding(100.00003));
  EXPECT_FALSE(survives_rounding(std::numeric_limits<double>::quiet_NaN()));
}

RC_GTEST_PROP(PriceUnitsProperty, EveryPriceOfFourDecimalsIsExact, ()) {
  // Up to 100 billion dollars: beyond, neighbouring doubles are more than a unit's fraction apart.
  const auto units = *rc::gen::inRange<std::int64_t>(-1'000'000'000'000'000, 1'000'000'000'000'000);
  RC_ASSERT(to_price_units(from_price_units(units)) == units);
  RC_ASSERT(survives_rounding(from_price_units(units)));
}

RC_GTEST_PROP(PriceUnitsProperty, Float32PricesComeBackAsMeant, ()) {
  const auto units = *rc::gen::inRange<std::int64_t>(10'000, 10'000'000);
  const auto vendor = static_cast<double>(static_cast<float>(from_price_units(units)));
  RC_ASSERT(to_price_units(vendor) == units);
  RC_ASSERT(survives_rounding(vendor));
}

}  // namespace
}  // namespace goldtape::model
