// LEAN's map files and factor files.
#include <gtest/gtest.h>

#include "goldtape/provider/files/lean_testing.h"

namespace goldtape::provider::files {
namespace {

using model::ActionType;

model::ActionBatch actions(const std::string& name) {
  auto rows = lean_rows(name, model::Interval::k1d, "actions");
  EXPECT_TRUE(rows) << rows.error().to_string();
  return rows ? std::get<model::ActionBatch>(std::move(*rows)) : model::ActionBatch();
}

TEST(ActionsLean, MapFilesTellRenames) {
  const auto batch = actions("equity/usa/map_files/goog.csv");
  ASSERT_EQ(batch.actions.size(), 1U);
  const model::CorporateAction& rename = batch.actions[0];
  EXPECT_EQ(rename.type, ActionType::kRename);
  EXPECT_EQ(rename.ticker, "GOOCV");
  EXPECT_EQ(rename.new_ticker, "GOOG");
  EXPECT_EQ(format_date(rename.ex_date), "2014-04-03");
  EXPECT_EQ(rename.value, 1.0);
  EXPECT_EQ(rename.known_at, batch.observed_at);
}

TEST(ActionsLean, MapFilesThatEndTellDelistings) {
  const auto batch = actions("equity/usa/map_files/twx.1.csv");
  ASSERT_EQ(batch.actions.size(), 1U);
  EXPECT_EQ(batch.actions[0].type, ActionType::kDelisting);
  EXPECT_EQ(batch.actions[0].ticker, "TWX");
  EXPECT_EQ(format_date(batch.actions[0].ex_date), "2001-01-12");
}

TEST(ActionsLean, FactorFilesTellSplitsAndDividends) {
  const auto batch = actions("equity/usa/factor_files/aapl.csv");
  std::vector<std::string> told;
  for (const model::CorporateAction& action : batch.actions) {
    EXPECT_EQ(action.ticker, "AAPL");
    std::string value = std::to_string(action.value);
    told.push_back(format_date(action.ex_date) + " " + std::string(to_string(action.type)) + " " + value);
  }
  EXPECT_EQ(told, (std::vector<std::string>{"2000-06-21 split 2.000000", "2005-02-28 split 2.000000",
                                            "2012-08-09 cash_dividend 2.650000",
                                            "2012-11-07 cash_dividend 20.419000", "2014-06-09 split 7.000000",
                                            "2014-06-09 cash_dividend 20.400000"}));
  EXPECT_EQ(batch.actions[2].currency, "USD");
  EXPECT_TRUE(batch.notes.empty());
}

TEST(ActionsLean, FactorFilesWithoutClosesTellSplitsOnly) {
  const auto batch = actions("equity/usa/factor_files/old.csv");
  ASSERT_EQ(batch.actions.size(), 1U);
  EXPECT_EQ(batch.actions[0].value, 2.0);
  ASSERT_EQ(batch.notes.size(), 1U);
  EXPECT_NE(batch.notes[0].find("2 dividends"), std::string::npos);
}

TEST(ActionsLean, ReverseSplitsAndOddRatios) {
  const auto ratio = [](const std::string& before, const std::string& after) {
    const auto rows = parse_answer(answer_of("20200102,1," + before + ",10\n20501231,1," + after + ",0\n",
                                             dialect_in("UTC"), "x.csv", model::Interval::k1d, "actions"));
    return std::get<model::ActionBatch>(rows.value()).actions.at(0).value;
  };
  EXPECT_EQ(ratio("10", "1"), 0.1);
  EXPECT_EQ(ratio("0.6666667", "1"), 1.5);
  EXPECT_EQ(ratio("0.0357143", "0.25"), 7.0);
  EXPECT_EQ(ratio("50", "1"), 0.02);
}

TEST(ActionsLean, BadRowsAreRefused) {
  const auto fault = [](const std::string& name) {
    return lean_fault("bad/" + name, model::Interval::k1d, "actions");
  };
  EXPECT_EQ(fault("map_descending.csv"), "GT2255");
  EXPECT_EQ(fault("map_four_fields.csv"), "GT2255");
  EXPECT_EQ(fault("map_no_ticker.csv"), "GT2034");
  EXPECT_EQ(fault("factor_zero.csv"), "GT2255");
  EXPECT_EQ(fault("factor_text.csv"), "GT2255");
  EXPECT_EQ(fault("factor_no_such_date.csv"), "GT2255");
}

}  // namespace
}  // namespace goldtape::provider::files
