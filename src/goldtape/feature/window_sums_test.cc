#include "goldtape/feature/window_sums.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/feature/window_squares.h"

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

TEST(WindowSquares, LoseNoDigitsOfLargePrices) {
  WindowSquares20 window;
  double squares = 0;
  for (int i = 0; i < 1000; ++i) squares = window.push(1e9);
  for (int i = 0; i < 20; ++i) squares = window.push(1e9 + i);
  EXPECT_DOUBLE_EQ(squares, 665.0);  // (20^3 - 20) / 12
}

TEST(WindowSquares, OfEqualValuesAreZero) {
  WindowSquares20 window;
  for (const double value : {0.1, 170.2461, 1e5 / 3, 1e-9}) {
    double squares = 1;
    for (int i = 0; i < 20; ++i) squares = window.push(value);
    EXPECT_EQ(squares, 0.0) << value;
  }
}

RC_GTEST_PROP(WindowSquaresProperty, EqualTheTwoPassSumOfTheWindow, ()) {
  const auto values = *rc::gen::resize(300, rc::gen::arbitrary<std::vector<int>>());
  WindowSquares20 window;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double squares = window.push(values[i]);
    if (i < 19) continue;
    long double mean = 0;
    for (std::size_t j = i - 19; j <= i; ++j) mean += values[j];
    mean /= 20;
    long double direct = 0;
    for (std::size_t j = i - 19; j <= i; ++j) direct += (values[j] - mean) * (values[j] - mean);
    RC_ASSERT(std::fabs(squares - static_cast<double>(direct)) <= 1e-14 * static_cast<double>(direct));
  }
}

}  // namespace
}  // namespace goldtape::feature
