#include "goldtape/feature/window_sums.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/feature/window.h"

namespace goldtape::feature {
namespace {

RC_GTEST_PROP(WindowSumsProperty, EqualsTheSumOfIntegersExactly, ()) {
  const auto values = *rc::gen::resize(700, rc::gen::arbitrary<std::vector<int>>());
  WindowSums<1, 5, 20, 50, 200> sums;
  const auto direct = [&](std::size_t end, std::size_t window) {
    double total = 0;
    for (std::size_t i = end + 1 > window ? end + 1 - window : 0; i <= end; ++i) total += values[i];
    return total;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums.push(values[i]);
    RC_ASSERT(sums.sum<1>() == direct(i, 1));
    RC_ASSERT(sums.sum<5>() == direct(i, 5));
    RC_ASSERT(sums.sum<20>() == direct(i, 20));
    RC_ASSERT(sums.sum<50>() == direct(i, 50));
    RC_ASSERT(sums.sum<200>() == direct(i, 200));
  }
}

TEST(WindowSums, LongStreamsDoNotDrift) {
  WindowSums<50, 200> sums;
  for (int i = 0; i < 1'000'000; ++i) sums.push(i % 2 == 0 ? 1e12 : 1.0);
  for (int i = 0; i < 200; ++i) sums.push(0.1);
  EXPECT_NEAR(sums.sum<200>(), 20.0, 1e-13);
  EXPECT_NEAR(sums.sum<50>(), 5.0, 1e-13);
}

TEST(Window, KeepsTheNewestAndLosesNoDigits) {
  Window<4> window;
  for (const double v : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) window.push(v);
  EXPECT_EQ(window.at(0), 1e9 + 16);
  EXPECT_EQ(window.at(3), 1e9 + 4);
  EXPECT_DOUBLE_EQ(window.moments().squares, 90.0);
  EXPECT_DOUBLE_EQ(window.moments().mean, 1e9 + 10);
}

}  // namespace
}  // namespace goldtape::feature
