// DBN metadata, records and symbols: damage, versions, and who an instrument is.
#include "goldtape/provider/files/dbn.h"

#include <gtest/gtest.h>

#include "goldtape/provider/files/dbn_testing.h"

namespace goldtape::provider::files {
namespace {

TEST(Dbn, EveryVersionSaysWhatItHolds) {
  for (const int version : {1, 2, 3}) {
    const auto metadata = read_dbn_metadata(DbnFile{.version = version}.metadata(), "x.dbn");
    ASSERT_TRUE(metadata) << metadata.error().to_string();
    EXPECT_EQ(metadata->version, version);
    EXPECT_EQ(metadata->dataset, "XNAS.ITCH");
    EXPECT_EQ(dbn_schema_name(metadata->schema), "ohlcv-1m");
    ASSERT_EQ(metadata->mappings.size(), 2U);
    EXPECT_EQ(metadata->mappings[1].symbol, "MSFT");
    EXPECT_EQ(metadata->mappings[1].intervals[0].symbol, "7");
    EXPECT_EQ(format_date(from_days(metadata->mappings[1].intervals[0].end_days)), "2024-01-06");
  }
}

TEST(Dbn, MetadataCutAnywhereAreRefused) {
  const std::string whole = DbnFile{}.metadata();
  for (std::size_t size = 4; size < whole.size(); size += 7) {
    const auto metadata = read_dbn_metadata(whole.substr(0, size), "x.dbn");
    ASSERT_FALSE(metadata) << size;
    EXPECT_EQ(metadata.error().code, 2240);
    EXPECT_EQ(exit_code(metadata.error().kind), 6);
  }
}

TEST(Dbn, CountsThatNoFileCouldHoldAreRefused) {
  std::string bytes = DbnFile{}.metadata();
  bytes.replace(8 + 104, 4, dbn_number(0xffffffffU));  // How many symbols were asked for.
  const auto metadata = read_dbn_metadata(bytes, "x.dbn");
  ASSERT_FALSE(metadata);
  EXPECT_NE(metadata.error().message.find("end in the middle"), std::string::npos);
}

TEST(Dbn, ADateThatIsNoneIsRefused) {
  std::string bytes = DbnFile{}.metadata();
  bytes.replace(bytes.find(dbn_number(20240104U)), 4, dbn_number(20240230U));
  const auto metadata = read_dbn_metadata(bytes, "x.dbn");
  ASSERT_FALSE(metadata);
  EXPECT_NE(metadata.error().message.find("20240230"), std::string::npos);
}

TEST(Dbn, ALaterVersionIsRefusedByItsNumber) {
  std::string bytes = DbnFile{}.metadata();
  bytes[3] = 4;
  const auto rows = dbn_rows(bytes);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 2240);
  EXPECT_EQ(exit_code(rows.error().kind), 2);
  EXPECT_NE(rows.error().message.find("version 4"), std::string::npos);
}

TEST(Dbn, ItsForerunnerIsNamed) {
  const auto rows = dbn_fixture("legacy.ohlcv-1m.dbz");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 2240);
  EXPECT_NE(rows.error().message.find("DBZ"), std::string::npos);
}

TEST(Dbn, TextThatBeginsWithItsLettersIsText) {
  EXPECT_FALSE(is_dbn("DBN,open,high,low,close\n"));
  EXPECT_FALSE(is_dbn("DBN"));
  EXPECT_TRUE(is_dbn(std::string_view("DBN\1", 4)));
}

TEST(Dbn, ARecordCutShortNamesItself) {
  const DbnFile file;
  const std::string whole =
      file.metadata() + file.record(0x21, dbn_ns(), dbn_bar()) + file.record(0x21, dbn_ns(0, 1), dbn_bar());
  for (const std::size_t lost : {1U, 30U, 55U}) {
    const auto rows = dbn_rows(whole.substr(0, whole.size() - lost));
    ASSERT_FALSE(rows) << lost;
    EXPECT_EQ(rows.error().code, 2241);
    EXPECT_EQ(rows.error().where, "x.dbn:2");
  }
}

TEST(Dbn, ARecordShorterThanItsKindIsRefused) {
  const DbnFile file;
  for (const std::string& body : {std::string(), std::string(36, 'x')}) {
    const auto rows = dbn_rows(file.metadata() + file.record(0x21, dbn_ns(), body));
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, 2241);
  }
  std::string no_length = file.metadata() + file.record(0x21, dbn_ns(), dbn_bar());
  no_length[file.metadata().size()] = 0;
  ASSERT_FALSE(dbn_rows(no_length));
  EXPECT_EQ(dbn_rows(no_length).error().code, 2241);
}

TEST(Dbn, PublishersHaveVenues) {
  EXPECT_EQ(dbn_venue(2), "XNAS");
  EXPECT_EQ(dbn_venue(95), "EQUS");
  EXPECT_EQ(dbn_venue(107), "OCEA");
  EXPECT_EQ(dbn_venue(108), "108");
  EXPECT_EQ(dbn_venue(0), "0");
}

}  // namespace
}  // namespace goldtape::provider::files
