// The engine against numbers of TA-Lib and pandas, from a file: see tests/data/feature/README.md.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/feature/engine.h"

namespace goldtape::feature {
namespace {

/// The fields of a CSV line without quotes.
std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> result(1);
  for (const char c : line) {
    if (c == ',') {
      result.emplace_back();
    } else {
      result.back() += c;
    }
  }
  return result;
}

TEST(Golden, DailyBarsOfARealSymbol) {
  std::ifstream file("tests/data/feature/SPY_daily.csv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line)) << "run from the root of the source tree";
  const auto header = fields(line);
  constexpr std::size_t kFirstFeature = 6;
  ASSERT_EQ(header.size(), kFirstFeature + kFeatureCount);
  SecurityState state;
  FeatureRow row;
  int compared = 0;
  for (std::int32_t day = 0; std::getline(file, line); ++day) {
    const auto cells = fields(line);
    ASSERT_EQ(cells.size(), header.size());
    const auto number = [&](std::size_t i) { return std::strtod(cells[i].c_str(), nullptr); };
    state.update({.ts_us = day,
                  .date_days = day,
                  .open = number(1),
                  .high = number(2),
                  .low = number(3),
                  .close = number(4),
                  .volume = number(5)},
                 row);
    if (cells[0] != "1") continue;
    for (std::size_t id = 0; id < kFeatureCount; ++id) {
      ASSERT_EQ(header[kFirstFeature + id], features()[id].name);
      const std::size_t cell = kFirstFeature + id;
      if (cells[cell].empty()) {
        EXPECT_TRUE(std::isnan(row[id])) << header[cell] << " on day " << day;
      } else {
        EXPECT_NEAR(row[id], number(cell), 1e-9 * std::fabs(number(cell)))
            << header[cell] << " on day " << day;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 250);
}

}  // namespace
}  // namespace goldtape::feature
