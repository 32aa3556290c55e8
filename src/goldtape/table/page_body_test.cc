// Pages taken apart: headers, levels, and those of our own writer.
#include <algorithm>
#include <cstring>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>
#include <parquet/types.h>
#include <rapidcheck/gtest.h>

#include "goldtape/io/filesystem.h"
#include "goldtape/table/page_body_internal.h"
#include "goldtape/table/page_header_internal.h"
#include "goldtape/table/parquet_writer.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::table::internal {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Version 1, 100 values; with a checksum and statistics, which are passed over.
Bytes version_1() {
  return {0x15, 0x00,                   // 1: type, DATA_PAGE
          0x15, 0xc0, 0x0c,             // 2: uncompressed size, 800
          0x15, 0xa0, 0x06,             // 3: compressed size, 400
          0x15, 0x07,                   // 4: checksum, -4
          0x1c,                         // 5: the data page's own
          0x15, 0xc8, 0x01,             //   1: values, 100
          0x15, 0x0a,                   //   2: encoding, DELTA_BINARY_PACKED
          0x15, 0x06, 0x15, 0x06,       //   3, 4: levels, RLE
          0x1c, 0x18, 0x02, 'h',  'i',  //   5: statistics; 1: two bytes
          0x00, 0x00, 0x00};
}

Bytes version_2() {
  return {0x15, 0x06,  // 1: type, DATA_PAGE_V2
          0x15, 0xc0, 0x0c, 0x15, 0xa0, 0x06,
          0x5c,                          // 8
          0x15, 0xc8, 0x01,              //   1: values
          0x15, 0x04, 0x15, 0xc8, 0x01,  //   2: nulls; 3: rows
          0x15, 0x0a,                    //   4: encoding
          0x15, 0x22,                    //   5: bytes of definition levels, 17
          0x15, 0x00,                    //   6: of repetition levels
          0x12,                          //   7: not compressed
          0x00, 0x00};
}

TEST(PageHeader, OfBothVersions) {
  const auto one = parse_page_header(version_1());
  ASSERT_TRUE(one);
  EXPECT_EQ(one->type, parquet::PageType::DATA_PAGE);
  EXPECT_EQ(one->uncompressed_bytes, 800);
  EXPECT_EQ(one->compressed_bytes, 400);
  EXPECT_EQ(one->values, 100);
  EXPECT_EQ(one->encoding, parquet::Encoding::DELTA_BINARY_PACKED);
  EXPECT_EQ(one->level_encoding, parquet::Encoding::RLE);
  EXPECT_EQ(one->header_bytes, version_1().size());
  const auto two = parse_page_header(version_2());
  ASSERT_TRUE(two);
  EXPECT_EQ(two->type, parquet::PageType::DATA_PAGE_V2);
  EXPECT_EQ(two->values, 100);
  EXPECT_EQ(two->encoding, parquet::Encoding::DELTA_BINARY_PACKED);
  EXPECT_EQ(two->definition_bytes, 17);
  EXPECT_FALSE(two->compressed);
}

TEST(PageHeader, ThatIsCutOrNegativeIsNone) {
  for (const Bytes& whole : {version_1(), version_2()}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(parse_page_header(std::span(whole).first(size))) << size;
  }
  Bytes negative = version_1();
  negative[3] = 0x01;  // -1, and then a field that is no struct.
  negative[4] = 0x00;
  EXPECT_FALSE(parse_page_header(negative));
  EXPECT_FALSE(parse_page_header(Bytes(100, 0x1c))) << "structs without end";
  EXPECT_FALSE(parse_page_header(Bytes(100, 0x15))) << "fields without end";
}

void put_levels(Bytes& out, const std::vector<std::int16_t>& levels, bool run) {
  const std::size_t groups = (levels.size() + 7) / 8;
  const std::size_t head = run ? levels.size() << 1 : groups << 1 | 1U;
  if (head > 0x7f) out.push_back(static_cast<std::uint8_t>((head & 0x7fU) | 0x80U));
  out.push_back(static_cast<std::uint8_t>(head > 0x7f ? head >> 7 : head));
  if (run) return out.push_back(static_cast<std::uint8_t>(levels.front()));
  out.resize(out.size() + groups, 0);
  for (std::size_t i = 0; i < levels.size(); ++i)
    out[out.size() - groups + i / 8] |= static_cast<std::uint8_t>(levels[i] << (i % 8));
}

RC_GTEST_PROP(PageLevels, OfRunsAndBits, ()) {
  std::vector<std::int16_t> levels;
  Bytes bytes;
  const int runs = *rc::gen::inRange(1, 6);
  for (int i = 0; i < runs; ++i) {
    const bool run = *rc::gen::arbitrary<bool>();
    std::vector<std::int16_t> some(static_cast<std::size_t>(*rc::gen::inRange(1, 40)) * 8);
    for (std::int16_t& level : some) level = static_cast<std::int16_t>(*rc::gen::inRange(0, 2));
    if (run) std::fill(some.begin(), some.end(), some.front());
    put_levels(bytes, some, run);
    levels.insert(levels.end(), some.begin(), some.end());
  }
  const auto drop = *rc::gen::inRange<std::size_t>(0, 8);  // A last group may hold fewer.
  levels.resize(levels.size() - drop);
  std::vector<std::int16_t> out(levels.size(), 1);
  std::int64_t nulls = -1;
  RC_ASSERT(decode_levels(bytes, out, nulls));
  RC_ASSERT(out == levels);
  RC_ASSERT(nulls == std::count(levels.begin(), levels.end(), 0));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (decode_levels(std::span(bytes).first(size), out, nulls)) RC_ASSERT(out == levels);
  }
}

TEST(PageLevels, ThatMakeNoSenseAreTurnedDown) {
  std::vector<std::int16_t> out(100);
  std::int64_t nulls = 0;
  for (const Bytes& bytes :
       {Bytes{}, Bytes{0x00, 0x01}, Bytes{0x01}, Bytes{0xc8, 0x01, 0x02}, Bytes{0x08, 0x01},
        Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, Bytes{0x1b, 0xff}}) {
    EXPECT_FALSE(decode_levels(bytes, out, nulls)) << bytes.size();
  }
  EXPECT_TRUE(decode_levels(Bytes{0xc8, 0x01, 0x01}, out, nulls));
  EXPECT_EQ(nulls, 0);
}

Schema all_numbers() {
  Schema schema;
  const auto add = [&](const char* name, Type type, bool required) {
    const auto id = static_cast<std::int32_t>(schema.fields.size()) + 1;
    schema.fields.push_back(
        {.id = id, .name = name, .type = std::move(type), .required = required, .doc = ""});
  };
  add("long", {.id = TypeId::kLong}, true);
  add("optional_long", {.id = TypeId::kLong}, false);
  add("date", {.id = TypeId::kDate}, true);
  add("double", {.id = TypeId::kDouble}, false);
  return schema;
}

TEST(PageUnpacker, KnowsThePagesOfOurOwnWriter) {
  arrow::Int64Builder longs;
  arrow::Int64Builder optional;
  arrow::Date32Builder dates;
  arrow::DoubleBuilder doubles;
  for (std::int64_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(longs.Append(i * i).ok());
    ASSERT_TRUE((i % 7 == 0 ? optional.AppendNull() : optional.Append(i)).ok());
    ASSERT_TRUE(dates.Append(static_cast<std::int32_t>(i)).ok());
    ASSERT_TRUE((i % 9 == 0 ? doubles.AppendNull() : doubles.Append(0.5)).ok());
  }
  const auto rows = arrow::Table::Make(
      to_arrow(all_numbers()), {*longs.Finish(), *optional.Finish(), *dates.Finish(), *doubles.Finish()});
  const testing::TemporaryDirectory folder;
  const auto filesystem = io::local_filesystem();
  for (const ParquetCodec codec : {ParquetCodec::kUncompressed, ParquetCodec::kSnappy, ParquetCodec::kZstd}) {
    const std::string path = folder / (std::to_string(static_cast<int>(codec)) + ".parquet");
    const auto written = write_parquet(*filesystem, path, all_numbers(), *rows,
                                       {.codec = codec, .row_group_rows = 600, .page_rows = 100});
    ASSERT_TRUE(written);
    const std::string bytes = *filesystem->read(path);
    std::uint32_t footer_bytes = 0;
    std::memcpy(&footer_bytes, bytes.data() + bytes.size() - 8, sizeof(footer_bytes));
    const std::size_t footer = bytes.size() - 8 - footer_bytes;
    const ParquetLayout layout(std::string_view(bytes).substr(footer, bytes.size() - 8 - footer),
                               std::ssize(bytes));
    PageUnpacker unpacker;
    int pages = 0;
    for (int group = 0; group < layout.row_groups(); ++group) {
      std::vector<std::string> index;
      for (const ByteRange& range : layout.index_ranges(group))
        index.push_back(
            bytes.substr(static_cast<std::size_t>(range.offset), static_cast<std::size_t>(range.bytes)));
      layout.put_index(group, std::move(index));
      for (std::int32_t id = 1; id <= 4; ++id) {
        const LayoutColumn& column = *layout.find(id);
        for (const PagePlace& place : layout.pages(group, column)->places) {
          const std::span page(reinterpret_cast<const std::uint8_t*>(bytes.data()) + place.at.offset,
                               static_cast<std::size_t>(place.at.bytes));
          const auto body = unpacker.unpack(page, column, layout.chunk(group, column), place.rows.size(),
                                            place.rows.size());
          ASSERT_TRUE(body) << id;
          EXPECT_EQ(body->encoding,
                    id == 4 ? int{parquet::Encoding::PLAIN} : int{parquet::Encoding::DELTA_BINARY_PACKED});
          EXPECT_EQ(body->levels.empty(), id == 1 || id == 3);
          EXPECT_FALSE(unpacker.unpack(page.first(page.size() - 1), column, layout.chunk(group, column),
                                       place.rows.size(), place.rows.size()));
          EXPECT_FALSE(unpacker.unpack(page, column, layout.chunk(group, column), place.rows.size() + 1, 1));
          ++pages;
        }
      }
    }
    EXPECT_EQ(pages, 4 * 10);
  }
}

}  // namespace
}  // namespace goldtape::table::internal
