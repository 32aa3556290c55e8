// LEAN's folders and names, and which of its files an import takes.
#include "goldtape/provider/files/lean.h"

#include <gtest/gtest.h>

#include "goldtape/provider/files/client.h"
#include "goldtape/provider/files/lean_testing.h"

namespace goldtape::provider::files {
namespace {

TEST(Lean, AFileIsWhatItsFolderSays) {
  EXPECT_EQ(lean_part("data/equity/usa/minute/spy/20131007_trade.zip"), LeanPart::kMinute);
  EXPECT_EQ(lean_part("minute/spy/20131007_trade.zip"), LeanPart::kMinute);
  EXPECT_EQ(lean_part("/srv/index/data/equity/usa/hour/spy.zip"), LeanPart::kHour);
  EXPECT_EQ(lean_part("daily/spy.zip"), LeanPart::kDaily);
  EXPECT_EQ(lean_part("equity/usa/map_files/goog.csv"), LeanPart::kMapFile);
  EXPECT_EQ(lean_part("equity/usa/factor_files/aapl.csv"), LeanPart::kFactorFile);
  for (const char* other :
       {"minute/spy/20131007_quote.zip", "second/spy/20131007_trade.zip", "spy.zip",
        "minute/20131007_trade.zip", "crypto/gdax/daily/btcusd.zip", "equity/india/daily/x.zip",
        "option/usa/minute/spy/20131007_trade.zip", "daily/spy.csv", "x/aapl.csv"}) {
    EXPECT_EQ(lean_part(other), LeanPart::kNone) << other;
    EXPECT_EQ(lean_ticker_of_path(other), "") << other;
  }
}

TEST(Lean, TickersAreThoseOfTheExchange) {
  EXPECT_EQ(lean_ticker("brk.b"), "BRK.B");
  EXPECT_EQ(lean_ticker("twx.1"), "TWX");
  EXPECT_EQ(lean_ticker("spy"), "SPY");
  EXPECT_EQ(lean_ticker_of_path("minute/brk.b/20131007_trade.zip"), "BRK.B");
  EXPECT_EQ(lean_ticker_of_path("factor_files/vxx.1.csv"), "VXX");
}

std::vector<std::string> planned(const std::string& dataset, model::Interval interval, const char* dialect) {
  ImportOptions options;
  options.path = kLeanFixtures + std::string("equity/");
  options.dataset = dataset;
  options.interval = interval;
  options.dialect = dialect;
  const auto plan = plan_import(*io::local_filesystem(), options);
  std::vector<std::string> names;
  if (!plan) return names;
  for (const Request& request : plan->requests)
    names.push_back(request.ticker + " " + request.params.at("name"));
  return names;
}

TEST(Lean, AnImportTakesThePartThatIsAskedFor) {
  using Names = std::vector<std::string>;
  for (const char* dialect : {"default", "lean"}) {
    EXPECT_EQ(planned("bars", model::Interval::k1m, dialect),
              (Names{"BRK.B usa/minute/brk.b/20131007_trade.zip", "SPY usa/minute/spy/20131007_trade.zip",
                     "SPY usa/minute/spy/20131008_trade.zip"}));
    EXPECT_EQ(planned("bars", model::Interval::k1h, dialect), Names{"SPY usa/hour/spy.zip"});
    EXPECT_EQ(planned("bars", model::Interval::k1d, dialect), Names{"SPY usa/daily/spy.zip"});
    EXPECT_EQ(planned("actions", model::Interval::k1d, dialect),
              (Names{"AAPL usa/factor_files/aapl.csv", "OLD usa/factor_files/old.csv",
                     "GOOG usa/map_files/goog.csv", "TWX usa/map_files/twx.1.csv"}));
    EXPECT_EQ(planned("trades", model::Interval::k1d, dialect), Names{});
    EXPECT_EQ(planned("bars", model::Interval::k5m, dialect), Names{});
  }
}

}  // namespace
}  // namespace goldtape::provider::files
