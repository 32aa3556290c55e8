// Each file in fixtures/ is named by its fault; what comes of it stands here.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/io/compression.h"
#include "goldtape/provider/files/answer_testing.h"

namespace goldtape::provider::files {
namespace {

constexpr const char* kFixtures = "src/goldtape/provider/files/fixtures/";

struct BadInput {
  std::string file;
  std::uint16_t code;
  std::string where;    ///< What follows the file's name: ":3", or "" for the file as a whole.
  std::string message;  ///< A part of the message.
  model::Interval interval = model::Interval::k1m;
  std::string tz = "UTC";
};

void PrintTo(const BadInput& input, std::ostream* out) { *out << input.file; }

class BadInputTest : public testing::TestWithParam<BadInput> {};

TEST_P(BadInputTest, IsRefusedWithItsPlace) {
  const BadInput& bad = GetParam();
  const std::string dataset = bad.file.starts_with("actions") ? "actions" : "bars";
  const auto rows = parse_answer(
      answer_of(bytes_of_file(kFixtures + bad.file), dialect_in(bad.tz), bad.file, bad.interval, dataset));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, bad.code) << rows.error().to_string();
  EXPECT_EQ(rows.error().where, bad.file + bad.where) << rows.error().to_string();
  EXPECT_NE(rows.error().message.find(bad.message), std::string::npos) << rows.error().to_string();
  EXPECT_EQ(exit_code(rows.error().kind), 6);
}

constexpr auto k1d = model::Interval::k1d;
constexpr auto k15m = model::Interval::k15m;
constexpr const char* kNewYork = "America/New_York";

INSTANTIATE_TEST_SUITE_P(
    Bars, BadInputTest,
    testing::Values(
        BadInput{"bars_missing_close.csv", 2020, ":1", "no column for close (close or c); it has ticker, ts"},
        BadInput{"bars_without_header.csv", 2020, ":1", "column_order"},
        BadInput{"bars_duplicate_columns.csv", 2021, ":1", "'Close' twice"},
        BadInput{"bars_two_candidates.csv", 2022, ":1", "both 'ticker' and 'symbol'"},
        BadInput{"bars_empty.csv", 2012, "", "empty"}, BadInput{"bars_blank.csv", 2012, "", "empty"},
        BadInput{"bars_header_only.csv", 2023, "", "header and no rows"},
        BadInput{"bars_text_in_price.csv", 2027, ":3", "high 'abc' is not a number"},
        BadInput{"bars_thousands_separator.csv", 2027, ":2", "open '1,010.5'"},
        BadInput{"bars_price_1e400.csv", 2028, ":2", "high '1e400' is out of range"},
        BadInput{"bars_price_inf.csv", 2028, ":2", "high 'inf' is not a finite number"},
        BadInput{"bars_price_nan.csv", 2028, ":2", "low 'NaN'"},
        BadInput{"bars_fractional_volume.csv", 2029, ":2", "volume '100.5'"},
        BadInput{"bars_volume_overflow.csv", 2028, ":2", "out of range"},
        BadInput{"bars_no_such_date.csv", 2030, ":2", "a date that does not exist"},
        BadInput{"bars_no_such_time.csv", 2030, ":2", "a time of day that does not exist"},
        BadInput{"bars_us_date.csv", 2030, ":2", "ts_format"},
        BadInput{"bars_mixed_time_formats.csv", 2030, ":3", "'1704205860'"},
        BadInput{"bars_too_few_fields.csv", 2026, ":3", "4 fields where 7"},
        BadInput{"bars_too_many_fields.csv", 2026, ":2", "8 fields where 7"},
        BadInput{"bars_unterminated_quote.csv", 2024, ":2", "never closed"},
        BadInput{"bars_stray_quote.csv", 2025, ":2", "a quote inside"},
        BadInput{"bars_bad_utf8.csv", 2013, ":3", "0xff is not UTF-8"},
        BadInput{"bars_utf16.csv", 2013, ":1", "UTF-16"}, BadInput{"bars_nul_byte.csv", 2013, ":2", "NUL"},
        BadInput{"bars_empty_ticker.csv", 2034, ":3", "not a ticker"},
        BadInput{"bars_path_in_ticker.csv", 2034, ":2", "'AA PL'"},
        BadInput{"2024-01-02.csv", 2037, "", "does not begin with one"}));

INSTANTIATE_TEST_SUITE_P(
    Times, BadInputTest,
    testing::Values(BadInput{"bars_dst_gap.csv", 2032, ":3",
                             "clocks went forward over it at 2024-03-10T07:00:00Z", model::Interval::k1m,
                             kNewYork},
                    BadInput{"bars_dst_ambiguous.csv", 2033, ":3",
                             "2024-11-03T05:00:00Z and 2024-11-03T06:00:00Z", model::Interval::k1m, kNewYork},
                    BadInput{"bars_dst_twice.csv", 2033, ":4",
                             "2024-11-03T05:30:00Z and 2024-11-03T06:30:00Z", model::Interval::k1m, kNewYork},
                    BadInput{"bars_date_without_time.csv", 2031, ":2", "--interval 1d"},
                    BadInput{"bars_of_5m_as_1m.csv", 2036, "", "lie 5 minutes apart"},
                    BadInput{"bars_of_1m_as_15m.csv", 2036, "", "lie as little as 1 minutes apart", k15m},
                    BadInput{"bars_of_1m_as_15m.csv", 2036, "", "share their date", k1d}));

INSTANTIATE_TEST_SUITE_P(Packed, BadInputTest,
                         testing::Values(BadInput{"bars_truncated.csv.gz", 2001, "", ""},
                                         BadInput{"bars_damaged.csv.gz", 2002, "", ""},
                                         BadInput{"bars_in_tar.csv.gz", 2013, ":1", "tar archive"},
                                         BadInput{"not_a.parquet", 2040, "", "Parquet"}));

INSTANTIATE_TEST_SUITE_P(
    Actions, BadInputTest,
    testing::Values(BadInput{"actions_unknown_type.csv", 1104, ":2", "'splitt'"},
                    BadInput{"actions_split_without_value.csv", 2038, ":2", "a split needs a value"},
                    BadInput{"actions_split_of_zero.csv", 2038, ":2", "0 cannot be the value of a split"},
                    BadInput{"actions_rename_without_ticker.csv", 2038, ":2", "needs a new_ticker"},
                    BadInput{"actions_no_such_date.csv", 2030, ":2", "a date that does not exist"},
                    BadInput{"actions_known_after_observed.csv", 2038, ":2", "--observed-at"},
                    BadInput{"actions_text_in_value.csv", 2027, ":2", "'4:1'"},
                    BadInput{"actions_missing_type.csv", 2020, ":1", "action_type"}));

TEST(BadInput, TruncatedZstd) {
  const std::string packed = io::compress_zstd(std::string(5000, 'a')).value();
  const auto rows = bars_of(packed.substr(0, packed.size() / 2));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 2001) << rows.error().to_string();
}

TEST(BadInput, ABombIsNotUnfolded) {
  const std::string packed = io::compress_gzip(std::string(80 << 20, '\n')).value();
  const auto rows = bars_of(packed);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 2003) << rows.error().to_string();
  EXPECT_EQ(exit_code(rows.error().kind), 6);
}

TEST(BadInput, EmptyPriceIsSetAside) {
  const auto batch = bars_of(bytes_of_file(std::string(kFixtures) + "bars_empty_price.csv"));
  ASSERT_TRUE(batch) << batch.error().to_string();
  EXPECT_EQ(batch->size(), 2U);
  ASSERT_EQ(batch->rejected.size(), 1U);
  const model::RejectedRow& row = batch->rejected[0];
  EXPECT_EQ(row.line, 3U);
  EXPECT_EQ(row.ticker, "AAPL");
  EXPECT_EQ(format_timestamp(from_micros(row.ts_us)), "2024-01-02T14:31:00Z");
  EXPECT_EQ(format_date(from_days(row.date_days)), "2024-01-02");
  EXPECT_EQ(row.reason, "missing high, close");
  EXPECT_EQ(row.text, "AAPL,2024-01-02 14:31:00,10,,9,,100");
}

TEST(BadInput, NegativeVolumeIsTheGatesToRefuse) {
  const auto batch = bars_of(bytes_of_file(std::string(kFixtures) + "bars_negative_volume.csv"));
  ASSERT_TRUE(batch) << batch.error().to_string();
  EXPECT_EQ(batch->volume, std::vector<std::int64_t>{-5});
}

TEST(BadInput, JsonIsNamed) {
  for (const char* name :
       {"adjustment-factors", "corporate-actions", "corporate-actions-pit", "security-master"}) {
    const std::string file = std::string("jsonl/test_data.") + name + ".jsonl";
    for (const char* dataset : {"bars", "actions"}) {
      const auto rows =
          parse_answer(answer_of(bytes_of_file(kFixtures + file), dialect_in("UTC"), file, k1d, dataset));
      ASSERT_FALSE(rows) << file;
      EXPECT_EQ(rows.error().code, 2013);
      EXPECT_NE(rows.error().message.find("JSON"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace goldtape::provider::files
