#include "goldtape/provider/symbol.h"

#include <gtest/gtest.h>

#include "goldtape/provider/venues.h"

namespace goldtape::provider {
namespace {

std::string by(std::string_view venue, std::string_view symbol) {
  return symbol_in_style(symbol, find_venue(venue).value()->traits().symbols);
}

TEST(SymbolStyle, EachVenueWritesItsOwnWay) {
  EXPECT_EQ(by("yahoo", "AAPL"), "AAPL");
  EXPECT_EQ(by("yahoo", "BRK.B"), "BRK-B");
  EXPECT_EQ(by("yahoo", "COF$L"), "COF-PL");
  EXPECT_EQ(by("yahoo", "BARK.W"), "BARK-WT");
  EXPECT_EQ(by("yahoo", "CHEB.U"), "CHEB-UN");
  EXPECT_EQ(by("alpaca", "BRK.B"), "BRK.B");
  EXPECT_EQ(by("alpaca", "COF$L"), "COF.PRL");
  EXPECT_EQ(by("alpaca", "BARK.W"), "BARK.WS");
  EXPECT_EQ(by("massive", "COF$L"), "COFpL");
  EXPECT_EQ(by("massive", "ABR$"), "ABRp");
  EXPECT_EQ(by("massive", "CHEB.U"), "CHEB.U");
}

}  // namespace
}  // namespace goldtape::provider
