#include "goldtape/query/output.h"

#include <cmath>
#include <sstream>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>

namespace goldtape::query {
namespace {

std::shared_ptr<arrow::RecordBatchReader> sample() {
  arrow::StringBuilder texts;
  arrow::DoubleBuilder doubles;
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                arrow::default_memory_pool());
  arrow::Decimal128Builder decimals(arrow::decimal128(18, 4));
  EXPECT_TRUE(texts.AppendValues({"plain", "a,\"b\"\nc", ""}).ok());
  EXPECT_TRUE(texts.AppendNull().ok());
  EXPECT_TRUE(doubles.AppendValues({0.1, std::nan(""), 1e300, 170.2461}).ok());
  EXPECT_TRUE(times.AppendValues({0, 1549895400000000, 1549895400500000, -1}).ok());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(decimals.Append(arrow::Decimal128(1702461 + i)).ok());
  const auto schema = arrow::schema({arrow::field("s", arrow::utf8()), arrow::field("d", arrow::float64()),
                                     arrow::field("t", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
                                     arrow::field("p", arrow::decimal128(18, 4))});
  const auto batch = arrow::RecordBatch::Make(
      schema, 4, {*texts.Finish(), *doubles.Finish(), *times.Finish(), *decimals.Finish()});
  return *arrow::RecordBatchReader::Make({batch}, schema);
}

std::string written(OutputOptions options) {
  std::ostringstream out;
  const auto rows = write_rows(*sample(), options, out);
  EXPECT_TRUE(rows);
  EXPECT_EQ(*rows, 4);
  return out.str();
}

TEST(Output, CsvQuotesAndKeepsEmptyTextApartFromNull) {
  EXPECT_EQ(written({.format = OutputFormat::kCsv}),
            "s,d,t,p\n"
            "plain,0.1,1970-01-01T00:00:00Z,170.2461\n"
            "\"a,\"\"b\"\"\nc\",nan,2019-02-11T14:30:00Z,170.2462\n"
            "\"\",1e+300,2019-02-11T14:30:00.5Z,170.2463\n"
            ",170.2461,1969-12-31T23:59:59.999999Z,170.2464\n");
}

TEST(Output, JsonIsAnArrayOfObjects) {
  EXPECT_EQ(written({.format = OutputFormat::kJson}),
            "[\n {\"s\":\"plain\",\"d\":0.1,\"t\":\"1970-01-01T00:00:00Z\",\"p\":170.2461},"
            "\n {\"s\":\"a,\\\"b\\\"\\nc\",\"d\":null,\"t\":\"2019-02-11T14:30:00Z\",\"p\":170.2462},"
            "\n {\"s\":\"\",\"d\":1e+300,\"t\":\"2019-02-11T14:30:00.5Z\",\"p\":170.2463},"
            "\n {\"s\":null,\"d\":170.2461,\"t\":\"1969-12-31T23:59:59.999999Z\",\"p\":170.2464}\n]\n");
}

TEST(Output, NdjsonIsAnObjectALine) {
  const auto text = written({.format = OutputFormat::kNdjson});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_TRUE(text.starts_with("{\"s\":\"plain\""));
}

TEST(Output, TableAlignsAndSaysHowManyRows) {
  EXPECT_EQ(written({.format = OutputFormat::kTable, .max_rows = 2}),
            "s             d  t                                   p\n"
            "─────  ────────  ───────────────────────────  ────────\n"
            "plain       0.1  1970-01-01T00:00:00Z         170.2461\n"
            "… 2 rows not shown …\n"
            "NULL   170.2461  1969-12-31T23:59:59.999999Z  170.2464\n"
            "(4 rows)\n");
}

TEST(Output, TableCutsLongValuesByCodePoint) {
  arrow::StringBuilder texts;
  ASSERT_TRUE(texts.Append("äöüäöü").ok());
  const auto schema = arrow::schema({arrow::field("s", arrow::utf8())});
  const auto reader =
      *arrow::RecordBatchReader::Make({arrow::RecordBatch::Make(schema, 1, {*texts.Finish()})}, schema);
  std::ostringstream out;
  ASSERT_TRUE(write_rows(*reader, {.format = OutputFormat::kTable, .max_column_width = 4}, out));
  EXPECT_EQ(out.str(), "s\n────\näöü…\n(1 row)\n");
}

TEST(Output, ParquetReadsBackEqual) {
  const auto bytes = written({.format = OutputFormat::kParquet});
  auto file = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  auto reader = parquet::arrow::OpenFile(file, arrow::default_memory_pool());
  ASSERT_TRUE(reader.ok());
  const auto read = (*reader)->ReadTable();
  ASSERT_TRUE(read.ok());
  const auto& table = *read;
  EXPECT_EQ(table->num_rows(), 4);
  EXPECT_EQ((*table->column(3)->GetScalar(0))->ToString(), "170.2461");
}

TEST(Output, UnknownFormatNamesTheKnownOnes) {
  const auto format = parse_output_format("xlsx");
  ASSERT_FALSE(format);
  EXPECT_NE(format.error().message.find("csv"), std::string::npos);
}

TEST(Output, FailedStreamIsAnError) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  const auto rows = write_rows(*sample(), {.format = OutputFormat::kCsv}, out);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 7001);
}

}  // namespace
}  // namespace goldtape::query
