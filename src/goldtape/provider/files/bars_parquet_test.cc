#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include "goldtape/io/compression.h"
#include "goldtape/provider/files/answer_testing.h"

namespace goldtape::provider::files {
namespace {

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> array_of(const std::shared_ptr<arrow::DataType>& type,
                                       const std::vector<Value>& values) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  EXPECT_TRUE(arrow::MakeBuilder(arrow::default_memory_pool(), type, &builder).ok());
  for (const Value& value : values) EXPECT_TRUE(static_cast<Builder&>(*builder).Append(value).ok());
  return builder->Finish().ValueOrDie();
}

std::shared_ptr<arrow::Array> doubles(const std::vector<double>& values) {
  return array_of<arrow::DoubleBuilder>(arrow::float64(), values);
}
std::shared_ptr<arrow::Array> longs(const std::vector<std::int64_t>& values) {
  return array_of<arrow::Int64Builder>(arrow::int64(), values);
}
std::shared_ptr<arrow::Array> strings(const std::vector<std::string>& values) {
  return array_of<arrow::StringBuilder>(arrow::utf8(), values);
}
std::shared_ptr<arrow::Array> timestamps(const std::vector<std::int64_t>& values, arrow::TimeUnit::type unit,
                                         const std::string& zone = "") {
  return array_of<arrow::TimestampBuilder>(arrow::timestamp(unit, zone), values);
}

/// Columns by name; a later one of the same name replaces an earlier one.
class File {
 public:
  File() {
    set("ticker", strings({"AAPL", "NA"}));
    set("ts", timestamps({1704205800, 1704205860}, arrow::TimeUnit::SECOND, "UTC"));
    for (const char* name : {"open", "high", "low", "close"}) set(name, doubles({185.64, 0.0001}));
    set("volume", longs({100, 200}));
  }
  File& set(const std::string& name, std::shared_ptr<arrow::Array> column) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] != name) continue;
      columns_[i] = std::move(column);
      return *this;
    }
    names_.push_back(name);
    columns_.push_back(std::move(column));
    return *this;
  }
  [[nodiscard]] std::string bytes() const {
    arrow::FieldVector fields;
    for (std::size_t i = 0; i < names_.size(); ++i)
      fields.push_back(arrow::field(names_[i], columns_[i]->type()));
    const auto table = arrow::Table::Make(arrow::schema(fields), columns_);
    const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
    const auto properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    const arrow::Status status = parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, 1,
                                                            parquet::default_writer_properties(), properties);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return sink->Finish().ValueOrDie()->ToString();
  }
  [[nodiscard]] Result<model::BarBatch> read(const std::string& tz = "UTC",
                                             model::Interval interval = model::Interval::k1m) const {
    return bars_of(bytes(), dialect_in(tz), "bars.parquet", interval);
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::shared_ptr<arrow::Array>> columns_;
};

std::string start(const Result<model::BarBatch>& batch, std::size_t row = 0) {
  if (!batch) return batch.error().to_string();
  return format_timestamp(from_micros(batch->ts_us.at(row)));
}

TEST(BarsParquet, ReadsWhatPandasWrites) {
  const auto batch = File().read();
  ASSERT_TRUE(batch) << batch.error().to_string();
  EXPECT_EQ(batch->tickers, (std::vector<std::string>{"AAPL", "NA"}));
  EXPECT_EQ(start(batch), "2024-01-02T14:30:00Z");
  EXPECT_EQ(batch->open, (std::vector<double>{185.64, 0.0001}));
  EXPECT_EQ(batch->volume, (std::vector<std::int64_t>{100, 200}));
  EXPECT_EQ(batch->line, (std::vector<std::uint32_t>{1, 2}));
}

TEST(BarsParquet, ReadsPackedFiles) {
  EXPECT_TRUE(bars_of(io::compress_zstd(File().bytes()).value(), dialect_in("UTC"), "bars.parquet"));
}

TEST(BarsParquet, ReadsEveryKindOfTime) {
  using arrow::TimeUnit;
  const std::int64_t s = 1704205800;
  const std::string utc = "2024-01-02T14:30:00Z";
  EXPECT_EQ(start(File().set("ts", timestamps({s * 1000, 0}, TimeUnit::MILLI, "UTC")).read()), utc);
  EXPECT_EQ(start(File().set("ts", timestamps({s * 1000000, 0}, TimeUnit::MICRO, "UTC")).read()), utc);
  EXPECT_EQ(start(File().set("ts", timestamps({s * 1000000000 + 999, 0}, TimeUnit::NANO, "UTC")).read()),
            utc);
  EXPECT_EQ(start(File().set("ts", longs({s, s})).read()), utc);
  EXPECT_EQ(start(File().set("ts", longs({s * 1000000000, 0})).read()), utc);
  EXPECT_EQ(start(File().set("ts", strings({"2024-01-02 14:30:00", "2024-01-02 14:31:00"})).read()), utc);
  EXPECT_EQ(start(File().set("ts", timestamps({s - 5 * 3600, s}, TimeUnit::SECOND)).read("America/New_York")),
            utc);
}

TEST(BarsParquet, ReadsEveryKindOfDay) {
  const auto k1d = model::Interval::k1d;
  const std::string day = "2024-01-02T00:00:00Z";
  const auto date32 = array_of<arrow::Date32Builder>(arrow::date32(), std::vector<int>{19724, 19725});
  EXPECT_EQ(start(File().set("ts", date32).read("UTC", k1d)), day);
  const auto midnight = timestamps({1704171600, 1704171600}, arrow::TimeUnit::SECOND, "America/New_York");
  EXPECT_EQ(start(File().set("ts", midnight).read("UTC", k1d)), day);
  const auto naive = timestamps({1704153600, 1704153600}, arrow::TimeUnit::SECOND);
  EXPECT_EQ(start(File().set("ts", naive).read("America/New_York", k1d)), day);
  EXPECT_NE(start(File().set("ts", date32).read()).find("GT2031"), std::string::npos);
}

TEST(BarsParquet, ReadsEveryKindOfNumber) {
  const auto decimal_type = arrow::decimal128(18, 4);
  const auto decimals = array_of<arrow::Decimal128Builder>(
      decimal_type, std::vector<arrow::Decimal128>{arrow::Decimal128(1856400), arrow::Decimal128(1)});
  EXPECT_EQ(File().set("open", decimals).read().value().open, (std::vector<double>{185.64, 0.0001}));
  const auto floats = array_of<arrow::FloatBuilder>(arrow::float32(), std::vector<float>{1.5F, 2.25F});
  EXPECT_EQ(File().set("open", floats).read().value().open, (std::vector<double>{1.5, 2.25}));
  EXPECT_EQ(File().set("open", longs({3, 4})).read().value().open, (std::vector<double>{3, 4}));
  EXPECT_EQ(File().set("volume", doubles({3, 4})).read().value().volume, (std::vector<std::int64_t>{3, 4}));
  const auto dictionary = arrow::DictionaryArray::FromArrays(
      arrow::dictionary(arrow::int32(), arrow::utf8()),
      array_of<arrow::Int32Builder>(arrow::int32(), std::vector<int>{1, 0}), strings({"TRUE", "NAN"}));
  EXPECT_EQ(File().set("ticker", dictionary.ValueOrDie()).read().value().tickers,
            (std::vector<std::string>{"NAN", "TRUE"}));
}

TEST(BarsParquet, SetsRowsWithoutAPriceAside) {
  const auto batch = File().set("close", doubles({std::nan(""), 1})).read();
  ASSERT_TRUE(batch) << batch.error().to_string();
  EXPECT_EQ(batch->size(), 1U);
  ASSERT_EQ(batch->rejected.size(), 1U);
  EXPECT_EQ(batch->rejected[0].reason, "missing close");
  EXPECT_EQ(batch->rejected[0].line, 1U);
}

TEST(BarsParquet, NamesRowAndColumnOfAFault) {
  const auto fault = [](File& file) {
    const auto batch = file.read();
    return batch ? std::string("read") : batch.error().to_string();
  };
  File file;
  EXPECT_NE(fault(file.set("high", doubles({1, HUGE_VAL}))).find("GT2028: high 'inf'"), std::string::npos);
  EXPECT_NE(fault(file).find("(bars.parquet:2)"), std::string::npos);
  EXPECT_NE(fault(File().set("volume", doubles({1.5, 1}))).find("GT2029"), std::string::npos);
  EXPECT_NE(fault(File().set("open", strings({"a", "b"}))).find("GT2041"), std::string::npos);
  EXPECT_NE(fault(File().set("ticker", longs({1, 2}))).find("GT2041"), std::string::npos);
  EXPECT_NE(fault(File().set("ts", doubles({1, 2}))).find("GT2041"), std::string::npos);
}

TEST(BarsParquet, RefusesACutFile) {
  const std::string bytes = File().bytes();
  for (const std::size_t size : {std::size_t{4}, std::size_t{12}, bytes.size() / 2, bytes.size() - 1}) {
    const auto batch = bars_of(bytes.substr(0, size), dialect_in("UTC"), "bars.parquet");
    ASSERT_FALSE(batch) << size;
    EXPECT_EQ(batch.error().code, 2040) << batch.error().to_string();
    EXPECT_EQ(exit_code(batch.error().kind), 6);
  }
}

TEST(BarsParquet, CannotHoldActions) {
  const auto rows = parse_answer(
      answer_of(File().bytes(), dialect_in("UTC"), "a.parquet", model::Interval::k1d, "actions"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, 2039);
}

}  // namespace
}  // namespace goldtape::provider::files
