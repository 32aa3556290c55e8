#include "goldtape/ingest/universe.h"

#include <gtest/gtest.h>

namespace goldtape::ingest {
namespace {

using Texts = std::vector<std::string>;

TEST(Universe, ListOfTheCommandLine) {
  const auto universe = parse_universe("aapl,MSFT , BRK.B", "");
  ASSERT_TRUE(universe) << universe.error().to_string();
  EXPECT_EQ(universe->tickers, (Texts{"AAPL", "MSFT", "BRK.B"}));
  EXPECT_TRUE(universe->remarks.empty());
}

TEST(Universe, FileWithCommentsAndDuplicates) {
  const auto universe =
      parse_universe("\xEF\xBB\xBF# my universe\r\nAAPL\tMSFT  # two\n\nNA\nTRUE\n  msft\nAAPL\n", "u.txt");
  ASSERT_TRUE(universe) << universe.error().to_string();
  EXPECT_EQ(universe->tickers, (Texts{"AAPL", "MSFT", "NA", "TRUE"}));
  EXPECT_EQ(universe->remarks,
            (Texts{"u.txt:6: MSFT stands in line 2 already", "u.txt:7: AAPL stands in line 2 already"}));
}

TEST(Universe, WhatIsNoTickerIsNamedWithItsLine) {
  const auto universe = parse_universe("AAPL\n<html>\n", "u.txt");
  ASSERT_FALSE(universe);
  EXPECT_EQ(universe.error().code, 6102);
  EXPECT_EQ(universe.error().where, "u.txt:2");
}

TEST(Universe, NothingIsAnError) {
  EXPECT_EQ(parse_universe("# nobody\n", "u.txt").error().code, 6101);
  EXPECT_EQ(parse_universe("", "").error().code, 6101);
}

}  // namespace
}  // namespace goldtape::ingest
