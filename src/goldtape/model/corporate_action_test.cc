#include "goldtape/model/corporate_action.h"

#include <gtest/gtest.h>

namespace goldtape::model {
namespace {

TEST(ActionType, WordsRoundTrip) {
  for (const auto type :
       {ActionType::kSplit, ActionType::kCashDividend, ActionType::kStockDividend, ActionType::kSpinOff,
        ActionType::kMerger, ActionType::kRename, ActionType::kDelisting}) {
    EXPECT_EQ(parse_action_type(to_string(type)).value(), type);
  }
  EXPECT_EQ(to_string(ActionType::kSpinOff), "spin_off");
}

TEST(ActionType, UnknownOnesAreExplained) {
  EXPECT_EQ(parse_action_type("spinoff").error().to_string(),
            "GT1104: unknown corporate action 'spinoff'; write split, cash_dividend, stock_dividend, "
            "spin_off, merger, rename or delisting");
}

}  // namespace
}  // namespace goldtape::model
