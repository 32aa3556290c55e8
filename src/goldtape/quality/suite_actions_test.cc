#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/suite.h"

namespace goldtape::quality {
namespace {

using model::ActionBatch;
using model::ActionType;
using model::CorporateAction;
using namespace std::chrono_literals;

ActionBatch real_actions() {
  const Timestamp known{Date{2015y / 7 / 1}};
  return {.source = "test",
          .observed_at = known,
          .actions = {{.ticker = "NFLX",
                       .ex_date = Date{2015y / 7 / 15},
                       .type = ActionType::kSplit,
                       .value = 7,
                       .currency = {},
                       .new_ticker = {},
                       .description = {},
                       .known_at = known,
                       .line = 2},
                      {.ticker = "EBAY",
                       .ex_date = Date{2015y / 7 / 20},
                       .type = ActionType::kSpinOff,
                       .value = 1,
                       .currency = {},
                       .new_ticker = "PYPL",
                       .description = {},
                       .known_at = known,
                       .line = 3},
                      {.ticker = "KRFT",
                       .ex_date = Date{2015y / 7 / 6},
                       .type = ActionType::kRename,
                       .value = 1,
                       .currency = {},
                       .new_ticker = "KHC",
                       .description = {},
                       .known_at = known,
                       .line = 4},
                      {.ticker = "DTV",
                       .ex_date = Date{2015y / 7 / 27},
                       .type = ActionType::kDelisting,
                       .value = 0,
                       .currency = {},
                       .new_ticker = {},
                       .description = {},
                       .known_at = known,
                       .line = 5}}};
}

Report check(const std::function<void(CorporateAction&)>& spoil_second) {
  ActionBatch batch = real_actions();
  spoil_second(batch.actions[1]);
  return check_actions(batch, {.now = Timestamp{Date{2015y / 8 / 1}}, .calendar = &calendar::xnys()});
}

void expect_failed(const Report& report, const char* rule) {
  for (const Outcome& outcome : report.outcomes) {
    EXPECT_EQ(outcome.failed, outcome.expectation.rule == rule ? 1 : 0) << outcome.expectation.rule;
  }
  EXPECT_EQ(report.find(rule)->offenders.at(0).line, 3U);
}

TEST(ActionSuite, RealActionsPass) {
  EXPECT_TRUE(check([](CorporateAction&) {}).passed());
}

TEST(ActionSuite, NonsenseStops) {
  expect_failed(check([](CorporateAction& a) { a.value = 0; }), "action_value");
  expect_failed(check([](CorporateAction& a) { a.value = -2; }), "action_value");
  expect_failed(check([](CorporateAction& a) { a.value = std::nan(""); }), "action_value");
  expect_failed(check([](CorporateAction& a) { a.new_ticker.clear(); }), "action_complete");
  expect_failed(check([](CorporateAction& a) { a.new_ticker = a.ticker; }), "action_complete");
  expect_failed(check([](CorporateAction& a) { a.known_at += 24h * 90; }), "known_at_not_in_future");
}

TEST(ActionSuite, AnExDateWithoutSessionWarns) {
  const Report report = check([](CorporateAction& a) { a.ex_date = Date{2015y / 7 / 19}; });
  expect_failed(report, "ex_date_is_session");
  EXPECT_EQ(report.find("ex_date_is_session")->offenders[0].value, "Sunday");
  EXPECT_TRUE(report.critical_passed());
}

TEST(ActionSuite, TwoValuesForOneAction) {
  ActionBatch batch = real_actions();
  batch.actions.push_back(batch.actions[0]);
  const Context context{.now = Timestamp{Date{2015y / 8 / 1}}, .calendar = &calendar::xnys()};
  EXPECT_TRUE(check_actions(batch, context).passed());
  batch.actions.back().value = 10;
  EXPECT_EQ(check_actions(batch, context).find("keys_unique")->failed_rows, std::vector<std::uint32_t>{4});
}

}  // namespace
}  // namespace goldtape::quality
