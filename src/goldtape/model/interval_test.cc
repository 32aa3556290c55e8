#include "goldtape/model/interval.h"

#include <gtest/gtest.h>

namespace goldtape::model {
namespace {

using namespace std::chrono_literals;

TEST(Interval, CanonicalNamesRoundTrip) {
  for (const auto interval : {Interval::k1m, Interval::k5m, Interval::k15m, Interval::k1h, Interval::k1d,
                              Interval::k1w, Interval::k1mo}) {
    EXPECT_EQ(parse_interval(to_string(interval)).value(), interval);
  }
  EXPECT_EQ(to_string(Interval::k1mo), "1mo");
}

TEST(Interval, AcceptsAlpacasNamesInAnyCase) {
  EXPECT_EQ(parse_interval("1Min").value(), Interval::k1m);
  EXPECT_EQ(parse_interval("15MIN").value(), Interval::k15m);
  EXPECT_EQ(parse_interval("1Hour").value(), Interval::k1h);
  EXPECT_EQ(parse_interval("1Day").value(), Interval::k1d);
  EXPECT_EQ(parse_interval("1Month").value(), Interval::k1mo);
  EXPECT_EQ(parse_interval("1D").value(), Interval::k1d);
}

TEST(Interval, RefusesTheAmbiguousAndTheUnknown) {
  EXPECT_EQ(parse_interval("1M").error().to_string(),
            "GT1101: interval '1M' is a minute at some vendors and a month at others; write 1m or 1mo");
  EXPECT_EQ(parse_interval("2m").error().to_string(),
            "GT1101: unknown interval '2m'; write 1m, 5m, 15m, 1h, 1d, 1w or 1mo (or 1Min, 5Min, 15Min, "
            "1Hour, 1Day, "
            "1Week, 1Month)");
}

TEST(Interval, IntradayOnesHaveALength) {
  EXPECT_TRUE(is_intraday(Interval::k1h));
  EXPECT_FALSE(is_intraday(Interval::k1d));
  EXPECT_EQ(length(Interval::k1m), 1min);
  EXPECT_EQ(length(Interval::k5m), 5min);
  EXPECT_EQ(length(Interval::k15m), 15min);
  EXPECT_EQ(length(Interval::k1h), 60min);
}

TEST(SessionPart, WordsRoundTripAndOthersAreExplained) {
  for (const auto part : {SessionPart::kPre, SessionPart::kRegular, SessionPart::kPost}) {
    EXPECT_EQ(parse_session_part(to_string(part)).value(), part);
  }
  EXPECT_EQ(parse_session_part("night").error().to_string(),
            "GT1102: unknown part of a session 'night'; write pre, regular or post");
}

TEST(PriceBasis, WordsRoundTripAndOthersAreExplained) {
  for (const auto basis : {PriceBasis::kRaw, PriceBasis::kSplitAdjusted, PriceBasis::kFullyAdjusted}) {
    EXPECT_EQ(parse_price_basis(to_string(basis)).value(), basis);
  }
  EXPECT_EQ(parse_price_basis("adjusted").error().to_string(),
            "GT1103: unknown price basis 'adjusted'; write raw, split_adjusted or fully_adjusted");
}

TEST(Fill, HasAWordForEachKind) {
  EXPECT_EQ(to_string(Fill::kTraded), "traded");
  EXPECT_EQ(to_string(Fill::kFilled), "filled");
  EXPECT_EQ(to_string(Fill::kNone), "none");
  EXPECT_EQ(to_string(Fill::kHalted), "halted");
}

}  // namespace
}  // namespace goldtape::model
