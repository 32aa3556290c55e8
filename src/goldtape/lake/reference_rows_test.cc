#include "goldtape/lake/reference_rows.h"

#include <gtest/gtest.h>

namespace goldtape::lake {
namespace {

using model::ActionType;

Date date(std::string_view text) { return parse_date(text).value(); }

SourcedAction action(std::string_view ex_date, ActionType type, double value,
                     std::optional<Date> basis_as_of = std::nullopt) {
  SourcedAction out{.source = "s", .action = {}};
  out.action.ticker = "AAPL";
  out.action.ex_date = date(ex_date);
  out.action.type = type;
  out.action.value = value;
  out.action.basis_as_of = basis_as_of;
  return out;
}

std::vector<SecurityAction> resolved(const std::vector<SourcedAction>& actions) {
  reference::Security apple;
  apple.id = 1;
  reference::TickerInterval name;
  name.security_id = 1;
  name.ticker = "AAPL";
  name.valid_from = date("2000-01-03");
  const auto master = reference::SecurityMaster::restore({apple}, {name});
  std::int64_t unresolved = 0;
  auto rows = resolve_actions(actions, master.value(), unresolved);
  EXPECT_EQ(unresolved, 0);
  return rows;
}

/// Yahoo states the dividend of 2020-08-07 ($0.82) in the shares of after the split of 2020-08-31.
TEST(ReferenceRows, ADividendInLaterSharesIsTurnedIntoWhatWasPaid) {
  const auto rows = resolved({action("2020-08-07", ActionType::kCashDividend, 0.205, date("2024-01-02")),
                              action("2020-08-31", ActionType::kSplit, 4),
                              action("2020-11-06", ActionType::kCashDividend, 0.205, date("2024-01-02"))});
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_DOUBLE_EQ(rows[0].value, 0.82);
  EXPECT_DOUBLE_EQ(rows[1].value, 4);
  EXPECT_DOUBLE_EQ(rows[2].value, 0.205);
}

TEST(ReferenceRows, ADividendAsPaidStaysAsItIs) {
  const auto rows = resolved({action("2020-08-07", ActionType::kCashDividend, 0.82),
                              action("2020-08-31", ActionType::kSplit, 4),
                              action("2020-08-10", ActionType::kCashDividend, 0.1, date("2020-08-20"))});
  EXPECT_DOUBLE_EQ(rows[0].value, 0.82);
  EXPECT_DOUBLE_EQ(rows[1].value, 0.1) << "stated before the split";
}

}  // namespace
}  // namespace goldtape::lake
