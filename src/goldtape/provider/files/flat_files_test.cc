// Massive's flat files: names, versions, and what is in them.
#include "goldtape/provider/files/flat_files.h"

#include <gtest/gtest.h>

#include "goldtape/provider/files/answer_testing.h"

namespace goldtape::provider::files {
namespace {

TEST(FlatFiles, AreNamedByTheirDay) {
  EXPECT_EQ(flat_file_folder(model::Interval::k1m).value(), "us_stocks_sip/minute_aggs_v1");
  EXPECT_EQ(flat_file_folder(model::Interval::k1d).value(), "us_stocks_sip/day_aggs_v1");
  EXPECT_EQ(flat_file_folder(model::Interval::k1h).error().code, 2203);
  EXPECT_EQ(format_date(flat_file_date("us_stocks_sip/day_aggs_v1/2024/01/2024-01-02.csv.gz").value()),
            "2024-01-02");
  EXPECT_FALSE(flat_file_date("us_stocks_sip/day_aggs_v1/2024/01/2024-01-02.csv"));
  EXPECT_FALSE(flat_file_date("us_stocks_sip/day_aggs_v1/2024/01/readme.txt"));
  EXPECT_FALSE(flat_file_date("us_stocks_sip/day_aggs_v1/2024/01/copy of 2024-01-02.csv.gz"));
}

TEST(FlatFiles, AnotherETagIsAnotherQuestion) {
  FlatFile file{
      .key = "a/2024-01-02.csv.gz", .etag = "1", .modified = parse_timestamp("2024-01-03T06:00:00Z").value()};
  const Request first = flat_file_request(file, model::Interval::k1m);
  EXPECT_EQ(first.id(), flat_file_request(file, model::Interval::k1m).id());
  file.etag = "2";
  EXPECT_NE(first.id(), flat_file_request(file, model::Interval::k1m).id());
  EXPECT_EQ(first.source, "massive");
}

model::BarBatch parsed(const std::string& text, model::Interval interval) {
  const FlatFile file{
      .key = "a/2024-07-02.csv.gz", .etag = "1", .modified = parse_timestamp("2024-07-03").value()};
  Answer answer;
  answer.request = flat_file_request(file, interval);
  answer.bytes = text;
  answer.observed_at = file.modified;
  return std::get<model::BarBatch>(parse_answer(answer).value());
}

constexpr const char* kHeader = "ticker,volume,open,close,high,low,window_start,transactions\n";

TEST(FlatFiles, MinutesBeginAtTheirInstant) {
  const auto batch = parsed(std::string(kHeader) +
                                "AAPL,4930,200.29,200.5,200.63,200.29,1719907200000000000,129\n"
                                "BRK.B,100.0,410,410.25,410.5,409.75,1719927000000000000,3\n",
                            model::Interval::k1m);
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(format_timestamp(batch.row(0).ts), "2024-07-02T08:00:00Z");
  EXPECT_EQ(batch.row(0).close, 200.5);
  EXPECT_EQ(batch.row(0).low, 200.29);
  EXPECT_EQ(batch.row(0).trade_count, 129);
  EXPECT_EQ(batch.row(0).session, model::SessionPart::kPre);
  EXPECT_EQ(batch.row(1).ticker, "BRK.B");
  EXPECT_EQ(batch.row(1).session, model::SessionPart::kRegular);
}

TEST(FlatFiles, FractionsOfAShareAreSetAside) {
  const auto batch = parsed(std::string(kHeader) +
                                "AAPL,10.5,200,200,200,200,1719907200000000000,1\n"
                                "MSFT,10,200,200,200,200,1719907200000000000,1\n",
                            model::Interval::k1m);
  EXPECT_EQ(batch.size(), 1U);
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].reason, "volume 10.5");
  EXPECT_EQ(batch.rejected[0].ticker, "AAPL");
}

TEST(FlatFiles, DaysAreNamedByMidnightInNewYork) {
  const auto batch =
      parsed(std::string(kHeader) + "AAPL,58046178,216.15,220.27,220.38,215.1,1719892800000000000,522131\n",
             model::Interval::k1d);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(format_date(batch.row(0).date), "2024-07-02");
}

}  // namespace
}  // namespace goldtape::provider::files
