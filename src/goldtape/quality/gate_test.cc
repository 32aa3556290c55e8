#include "goldtape/quality/gate.h"

#include <gtest/gtest.h>

namespace goldtape::quality {
namespace {

Report report_with(Severity severity, Scope scope, int failures) {
  Outcome outcome{.expectation = {"ohlc_sane", severity, scope, "low <= open, close <= high"},
                  .checked = 390};
  for (int i = 0; i < failures; ++i) {
    const auto row = static_cast<std::size_t>(10 * i + 3);
    outcome.fail(row, "AAPL 2019-02-11T14:3" + std::to_string(i) + ":00Z",
                 static_cast<std::uint32_t>(row) + 2, "low 171.2 > close 170.9");
  }
  return {.table = "bronze.bars", .rows = 390, .outcomes = {outcome}};
}

TEST(Gate, StopsOnACriticalFailureAndNamesTableRuleCountAndFirstOffenders) {
  const Decision decision = decide(report_with(Severity::kCritical, Scope::kRow, 2));
  EXPECT_FALSE(decision.pass);
  EXPECT_EQ(decision.failure.kind, ErrorKind::kGateFailed);
  EXPECT_EQ(decision.failure.code, 3001);
  EXPECT_EQ(exit_code(decision.failure.kind), 3);
  EXPECT_EQ(decision.failure.message,
            "bronze.bars: ohlc_sane failed for 2 of 390 rows (low <= open, close <= high): "
            "AAPL 2019-02-11T14:30:00Z line 5: low 171.2 > close 170.9; "
            "AAPL 2019-02-11T14:31:00Z line 15: low 171.2 > close 170.9");
}

TEST(Gate, KeepsOnlyTheFirstOffendersButEveryRefusedRow) {
  const Decision decision = decide(report_with(Severity::kCritical, Scope::kRow, 9));
  EXPECT_TRUE(decision.failure.message.ends_with("; ..."));
  ASSERT_EQ(decision.refused.size(), 9U);
  EXPECT_EQ(decision.refused[0].row, 3U);
  EXPECT_EQ(decision.refused[0].reason, "low <= open, close <= high: low 171.2 > close 170.9");
  EXPECT_EQ(decision.refused[8].row, 83U);
  EXPECT_EQ(decision.refused[8].rule, "ohlc_sane");
}

TEST(Gate, QuarantineLetsTheOthersPass) {
  const Decision decision = decide(report_with(Severity::kCritical, Scope::kRow, 2), OnCritical::kQuarantine);
  EXPECT_TRUE(decision.pass);
  EXPECT_EQ(decision.refused.size(), 2U);
}

TEST(Gate, ATableRuleStopsEvenWithQuarantine) {
  const Decision decision =
      decide(report_with(Severity::kCritical, Scope::kTable, 1), OnCritical::kQuarantine);
  EXPECT_FALSE(decision.pass);
  EXPECT_EQ(decision.failure.code, 3002);
  EXPECT_TRUE(decision.refused.empty());
}

TEST(Gate, WarningsPass) {
  const Report report = report_with(Severity::kWarning, Scope::kRow, 2);
  EXPECT_TRUE(enforce(report));
  EXPECT_TRUE(decide(report).refused.empty());
  EXPECT_FALSE(report.passed());
  EXPECT_TRUE(report.critical_passed());
}

TEST(Gate, WordsOfTheConfiguration) {
  EXPECT_EQ(parse_on_critical("stop"), OnCritical::kStop);
  EXPECT_EQ(parse_on_critical("quarantine"), OnCritical::kQuarantine);
  EXPECT_EQ(parse_on_critical("drop").error().kind, ErrorKind::kUsage);
  EXPECT_EQ(parse_severity("warning"), Severity::kWarning);
  EXPECT_FALSE(parse_severity("fatal"));
}

}  // namespace
}  // namespace goldtape::quality
