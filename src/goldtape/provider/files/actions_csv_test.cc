#include <string>

#include <gtest/gtest.h>

#include "goldtape/provider/files/answer_testing.h"

namespace goldtape::provider::files {
namespace {

using model::ActionType;

Result<model::ActionBatch> actions_of(std::string text) {
  GT_ASSIGN(Rows rows, parse_answer(answer_of(std::move(text), dialect_in("UTC"), "actions.csv",
                                              model::Interval::k1d, "actions")));
  return std::get<model::ActionBatch>(std::move(rows));
}

TEST(ActionsCsv, ReadsEveryType) {
  const auto batch = actions_of(
      "ticker,ex_date,action_type,value,currency,new_ticker,known_at,description\n"
      "NFLX,2015-07-15,split,7,,,2015-06-23T20:00:00Z,\"Seven, for one\"\n"
      "T,2015-07-08,cash_dividend,0.47,,,2015-06-26,\n"
      "X,2015-07-08,stock_dividend,0.05,,,,\n"
      "EBAY,2015-07-20,spin_off,1,,PYPL,,\n"
      "DTV,2015-07-27,merger,1.892,,T,,\n"
      "KRFT,2015-07-06,rename,,,KHC,,\n"
      "NA,2015-07-27,delisting,,,,,\n");
  ASSERT_TRUE(batch) << batch.error().to_string();
  ASSERT_EQ(batch->actions.size(), 7U);
  const model::CorporateAction& split = batch->actions[0];
  EXPECT_EQ(split.ticker, "NFLX");
  EXPECT_EQ(format_date(split.ex_date), "2015-07-15");
  EXPECT_EQ(split.type, ActionType::kSplit);
  EXPECT_EQ(split.value, 7);
  EXPECT_EQ(split.description, "Seven, for one");
  EXPECT_EQ(format_timestamp(split.known_at), "2015-06-23T20:00:00Z");
  EXPECT_EQ(split.line, 2U);
  EXPECT_EQ(batch->actions[1].currency, "USD");
  EXPECT_EQ(format_timestamp(batch->actions[1].known_at), "2015-06-26T00:00:00Z");
  EXPECT_EQ(batch->actions[2].known_at, batch->observed_at);
  EXPECT_EQ(batch->actions[3].new_ticker, "PYPL");
  EXPECT_EQ(batch->actions[5].value, 1);
  EXPECT_EQ(batch->actions[6].ticker, "NA");
  EXPECT_EQ(batch->actions[6].value, 0);
}

TEST(ActionsCsv, TheSampleIsRead) {
  const auto batch = actions_of(bytes_of_file("samples/actions/corporate_actions.csv"));
  ASSERT_TRUE(batch) << batch.error().to_string();
  EXPECT_EQ(batch->actions.size(), 13U);
}

}  // namespace
}  // namespace goldtape::provider::files
