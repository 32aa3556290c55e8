#include "goldtape/provider/files/file_name.h"

#include <gtest/gtest.h>

#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {
namespace {

TEST(FileName, GivesTheTicker) {
  EXPECT_EQ(ticker_of_name("AAPL_1min.csv"), "AAPL");
  EXPECT_EQ(ticker_of_name("a/b_c/AAPL.csv.gz"), "AAPL");
  EXPECT_EQ(ticker_of_name("BRK.B_1min.csv"), "BRK.B");
  EXPECT_EQ(ticker_of_name("BRK-B.parquet"), "BRK-B");
  EXPECT_EQ(ticker_of_name("AAPL-2019-02-11.csv"), "AAPL");
  EXPECT_EQ(ticker_of_name("AAPL.20190211.csv.zst"), "AAPL");
  EXPECT_EQ(ticker_of_name("AAPL 2019.csv"), "AAPL");
  EXPECT_EQ(ticker_of_name("NA_1min.csv"), "NA");
  EXPECT_EQ(ticker_of_name("TRUE.csv"), "TRUE");
  EXPECT_EQ(ticker_of_name("BACpL.csv"), "BACpL");
  EXPECT_EQ(ticker_of_name("spy_1min.csv"), "SPY");
}

TEST(FileName, GivesNoTickerWhereNoneIs) {
  EXPECT_EQ(ticker_of_name("2019-02-11.csv"), "");
  EXPECT_EQ(ticker_of_name("20190211_AAPL.csv"), "");
  EXPECT_EQ(ticker_of_name("_1min.csv"), "");
  EXPECT_EQ(ticker_of_name("--.csv"), "");
}

TEST(FileName, GivesTheLastDate) {
  const Date day = parse_date("2015-07-15").value();
  EXPECT_EQ(date_of_name("pystock_2015-07-15.csv"), day);
  EXPECT_EQ(date_of_name("20150715.csv.gz"), day);
  EXPECT_EQ(date_of_name("AAPL_2015_07_15.csv"), day);
  EXPECT_EQ(date_of_name("2015-07-01_2015-07-15.csv"), day);
  EXPECT_EQ(date_of_name("2014-01-01/20150715.csv"), day);
}

TEST(FileName, GivesNoDateWhereNoneIs) {
  for (const char* name : {"AAPL_1min.csv", "20151315.csv", "120150715.csv", "2015-7-15.csv", "2015-07-1.csv",
                           "2015-0715.csv", "99990101.csv", "2014-01-01/AAPL.csv"}) {
    EXPECT_EQ(date_of_name(name), std::nullopt) << name;
  }
}

TEST(FileName, KnowsDataByItsName) {
  for (const char* name : {"a.csv", "d/A.CSV.GZ", "a.tsv", "a.psv.zst", "a.parquet", "a.pq"}) {
    EXPECT_TRUE(has_data_name(name)) << name;
  }
  for (const char* name :
       {"README.md", "LICENSE", ".a.csv", "_SUCCESS", "_a.csv", "a.csv.bz2", "notes.txt", ".csv"}) {
    EXPECT_FALSE(has_data_name(name)) << name;
  }
}

TEST(FileName, TellsTickersFromText) {
  for (const char* text : {"A", "NA", "TRUE", "NAN", "null", "BRK.B", "BRK/B", "^VIX", "ES=F", "0050"}) {
    EXPECT_TRUE(is_ticker(text)) << text;
  }
  for (const char* text :
       {"", " ", "A B", "..", "a,b", "\xc3\xa4", "A\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"}) {
    EXPECT_FALSE(is_ticker(text)) << text;
  }
}

}  // namespace
}  // namespace goldtape::provider::files
