#include "goldtape/quality/report.h"

#include <gtest/gtest.h>

namespace goldtape::quality {
namespace {

Report report_of(std::string key, std::size_t row) {
  Outcome outcome{.expectation = {"prices_positive", Severity::kCritical, Scope::kRow, "prices > 0"},
                  .checked = 10};
  outcome.fail(row, std::move(key), 4, "open <0>");
  return {.table = "bronze.bars", .rows = 10, .outcomes = {outcome}};
}

TEST(Report, MergeAddsCountsAndShiftsRows) {
  Report all = report_of("A", 1);
  all.merge(report_of("B", 2));
  const Outcome* outcome = all.find("prices_positive");
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(all.rows, 20);
  EXPECT_EQ(outcome->checked, 20);
  EXPECT_EQ(outcome->failed, 2);
  EXPECT_EQ(outcome->failed_rows, (std::vector<std::uint32_t>{1, 12}));
  EXPECT_EQ(outcome->offenders[1].row, 12U);
  EXPECT_EQ(all.find("nothing"), nullptr);
}

TEST(Report, TextNamesRuleCountsAndOffenders) {
  const std::string text = to_text(report_of("AAPL 2019-02-11", 1));
  EXPECT_NE(text.find("bronze.bars: 10 rows"), std::string::npos);
  EXPECT_NE(text.find("FAILED  critical  prices_positive          1 of 10 failed"), std::string::npos)
      << text;
  EXPECT_NE(text.find("AAPL 2019-02-11 line 4: open <0>"), std::string::npos);
}

TEST(Report, OffendersAsJson) {
  EXPECT_EQ(offenders_json(report_of("A\"", 1).outcomes[0]),
            R"([{"key":"A\"","line":4,"value":"open <0>"}])");
}

TEST(Report, HtmlEscapesWhatVendorsWrote) {
  const std::string html = to_html({report_of("<script>", 1)}, from_micros(0));
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt; line 4: open &lt;0&gt;"), std::string::npos);
  EXPECT_NE(html.find("1970-01-01T00:00:00Z"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::quality
