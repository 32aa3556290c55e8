#include "goldtape/simulate/nasdaq.h"

#include <set>

#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

class Nasdaq : public WireTest {
 protected:
  std::vector<std::vector<std::string>> rows(std::string_view file) const {
    const auto answer = nasdaq_answer(scene(), request(file));
    EXPECT_EQ(answer.status, 200);
    std::vector<std::vector<std::string>> all;
    for (auto line : split_list(answer.body, '\n')) {
      EXPECT_TRUE(line.ends_with('\r'));
      line.remove_suffix(1);
      std::vector<std::string> cells(1);
      for (const char c : line) c == '|' ? void(cells.emplace_back()) : cells.back().push_back(c);
      all.push_back(std::move(cells));
    }
    return all;
  }
};

TEST_F(Nasdaq, TheTwoFilesHoldEverySecurityOfTheDayOnce) {
  std::set<std::string> tickers;
  std::size_t tests = 0;
  for (const auto& [file, cells, test_at] :
       {std::tuple{"/nasdaqlisted.txt", 8U, 3U}, std::tuple{"/otherlisted.txt", 8U, 6U}}) {
    const auto all = rows(file);
    for (std::size_t i = 1; i + 1 < all.size(); ++i) {
      ASSERT_EQ(all[i].size(), cells);
      if (all[i][test_at] == "Y") {
        ++tests;
        continue;
      }
      EXPECT_TRUE(tickers.insert(all[i][0]).second) << all[i][0];
      EXPECT_NE(market->find(all[i][0], scene().today()), nullptr);
    }
    EXPECT_TRUE(all.back()[0].starts_with("File Creation Time: 0301202417:00"));
  }
  EXPECT_EQ(tests, 4U);
  std::size_t trading = 0;
  for (const Security& security : market->securities())
    trading += security.trades_on(scene().today()) ? 1U : 0U;
  EXPECT_EQ(tickers.size(), trading);
  EXPECT_TRUE(tickers.contains("NA") && tickers.contains("TRUE") && tickers.contains("NAN"));
}

TEST_F(Nasdaq, HaltsOfTheDaySoFar) {
  for (const auto& session :
       calendar::xnys().sessions(*parse_date("2024-02-01"), *parse_date("2024-02-29"))) {
    const auto halts = market->halts(session.date);
    if (halts.empty()) continue;
    now = halts.front().start - std::chrono::seconds{1};
    EXPECT_FALSE(nasdaq_answer(scene(), request("/rss.aspx?feed=tradehalts")).body.contains("<item>"));
    now = halts.front().start + std::chrono::minutes{1};
    const auto during = nasdaq_answer(scene(), request("/tradehalts")).body;
    EXPECT_TRUE(during.contains("<ndaq:ReasonCode>" + std::string(halts.front().code)));
    EXPECT_TRUE(during.contains("<ndaq:ResumptionDate></ndaq:ResumptionDate>"));
    now = halts.front().end;
    EXPECT_FALSE(nasdaq_answer(scene(), request("/tradehalts"))
                     .body.contains("<ndaq:ResumptionDate></ndaq:ResumptionDate>"));
    return;
  }
  FAIL() << "no halt in February";
}

TEST_F(Nasdaq, AnUnknownFileIsAPage) { EXPECT_EQ(nasdaq_answer(scene(), request("/other.txt")).status, 404); }

}  // namespace
}  // namespace goldtape::simulate
