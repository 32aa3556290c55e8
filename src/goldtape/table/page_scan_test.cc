// Reading by pages against reading files whole: the same rows, whatever the filter.
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <thread>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/io/file.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <rapidcheck/gtest.h>

#include "goldtape/io/filesystem.h"
#include "goldtape/table/page_scan_internal.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/parquet_writer.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::table::internal {
namespace {

constexpr std::int32_t kIds = 8;
constexpr std::int64_t kRows = 3000;

Schema schema() {
  Schema all;
  const auto add = [&](const char* name, Type type, bool required) {
    const auto id = static_cast<std::int32_t>(all.fields.size()) + 1;
    all.fields.push_back({.id = id, .name = name, .type = std::move(type), .required = required, .doc = ""});
  };
  add("id", {.id = TypeId::kLong}, true);
  add("ts", {.id = TypeId::kTimestampTz}, true);
  add("price", {.id = TypeId::kDecimal, .precision = 18, .scale = 4}, false);
  add("date", {.id = TypeId::kDate}, true);
  add("n", {.id = TypeId::kInt}, false);
  add("x", {.id = TypeId::kDouble}, false);
  add("tag", {.id = TypeId::kString}, false);
  add("f", {.id = TypeId::kFloat}, false);
  return all;
}

// Sorted by (id, ts); every fifth or so of the optional values is NULL, and whole stretches of them.
std::shared_ptr<arrow::Table> rows(unsigned seed) {
  std::uint64_t state = seed * 2654435761U + 1;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  arrow::Int64Builder id;
  arrow::TimestampBuilder ts(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), arrow::default_memory_pool());
  arrow::Decimal128Builder price(arrow::decimal128(18, 4));
  arrow::Date32Builder date;
  arrow::Int32Builder n;
  arrow::DoubleBuilder x;
  arrow::StringBuilder tag;
  arrow::FloatBuilder f;
  for (std::int64_t i = 0; i < kRows; ++i) {
    const std::int64_t security = i * kIds / kRows;
    const bool bare = (i / 200) % 4 == 3;
    const auto null = [&] { return bare || random(5) == 0; };
    EXPECT_TRUE(id.Append(security).ok());
    EXPECT_TRUE(ts.Append(1'000'000 * (i % (kRows / kIds))).ok());
    EXPECT_TRUE((null() ? price.AppendNull()
                        : price.Append(arrow::Decimal128(static_cast<std::int64_t>(random(50'000)) - 9)))
                    .ok());
    EXPECT_TRUE(date.Append(static_cast<std::int32_t>(18'000 + i % 40)).ok());
    EXPECT_TRUE((null() ? n.AppendNull() : n.Append(static_cast<std::int32_t>(random(7)) - 3)).ok());
    const double value =
        random(9) == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(random(90)) / 8;
    EXPECT_TRUE((null() ? x.AppendNull() : x.Append(value)).ok());
    EXPECT_TRUE((null() ? tag.AppendNull()
                        : tag.Append(std::string(1 + random(3), static_cast<char>('a' + security))))
                    .ok());
    EXPECT_TRUE((null() ? f.AppendNull() : f.Append(static_cast<float>(random(30)))).ok());
  }
  return arrow::Table::Make(to_arrow(schema()), {*id.Finish(), *ts.Finish(), *price.Finish(), *date.Finish(),
                                                 *n.Finish(), *x.Finish(), *tag.Finish(), *f.Finish()});
}

Expression random_predicate() {
  using rc::gen::inRange;
  const auto kind =
      static_cast<ExprKind>(*inRange(static_cast<int>(ExprKind::kEq), static_cast<int>(ExprKind::kGtEq) + 1));
  const std::int64_t number = *inRange<std::int64_t>(0, 10);
  switch (*inRange(0, 9)) {
    case 0:
    case 1: return Expression::predicate(kind, "id", {number});
    case 2: return Expression::predicate(kind, "ts", {Literal(1'000'000 * *inRange<std::int64_t>(0, 400))});
    case 3:
      return Expression::predicate(kind, "price", {Literal(0.0005 * static_cast<double>(*inRange(0, 9999)))});
    case 4: return Expression::predicate(kind, "n", {number - 5});
    case 5: return Expression::predicate(kind, "x", {Literal(static_cast<double>(number))});
    case 6:
      return Expression::predicate(kind, "tag", {Literal(std::string(1, static_cast<char>('a' + number)))});
    case 7: return *rc::gen::arbitrary<bool>() ? is_null("price") : not_null("tag");
    default: return in("id", {Literal(number), Literal(number + 2)});
  }
}

Expression random_filter(int depth) {
  const int form = depth == 0 ? 0 : *rc::gen::inRange(0, 5);
  if (form == 1) return random_filter(depth - 1) && random_filter(depth - 1);
  if (form == 2) return random_filter(depth - 1) || random_filter(depth - 1);
  if (form == 3) return !random_filter(depth - 1);
  return random_predicate();
}

// A file of the rows in a folder of its own.
struct WrittenFile {
  explicit WrittenFile(std::shared_ptr<arrow::Table> all, ParquetCodec codec = ParquetCodec::kSnappy)
      : table(std::move(all)) {
    auto written = write_parquet(*filesystem, path, schema(), *table,
                                 {.codec = codec, .row_group_rows = 700, .page_rows = 64});
    EXPECT_TRUE(written) << written.error().to_string();
    if (written) bytes = written->file_size_bytes;
  }

  [[nodiscard]] Result<std::shared_ptr<arrow::Table>> by_pages(const BoundExpression& filter,
                                                               const Schema& projection,
                                                               bool doubles = false) const {
    return read_pages(*filesystem, {.projection = projection,
                                    .table_schema = schema(),
                                    .decimals_as_doubles = doubles,
                                    .files = {{path, bytes, filter}}});
  }
  [[nodiscard]] Result<std::shared_ptr<arrow::Table>> whole(const BoundExpression& filter,
                                                            const Schema& projection) const {
    ParquetRead what;
    what.path = path;
    what.projection = projection;
    what.table_schema = schema();
    what.filter = filter;
    return read_parquet(filesystem, what);
  }

  testing::TemporaryDirectory folder;
  std::shared_ptr<io::FileSystem> filesystem = io::local_filesystem();
  std::shared_ptr<arrow::Table> table;
  std::string path = folder / "bars.parquet";
  std::int64_t bytes = 0;
};

std::string differences(const arrow::Table& a, const arrow::Table& b) {
  const auto left = *a.CombineChunks();
  const auto right = *b.CombineChunks();
  const auto equal = arrow::EqualOptions::Defaults().nans_equal(true);
  if (left->num_rows() != right->num_rows()) return "rows";
  for (int i = 0; i < left->num_columns(); ++i) {
    if (!left->column(i)->Equals(*right->column(i), equal)) return left->field(i)->name();
  }
  return left->schema()->Equals(*right->schema()) ? "" : "schema";
}

RC_GTEST_PROP(PageScan, GivesTheRowsThatAWholeReadGives, ()) {
  static const WrittenFile file(rows(1));
  const Expression filter = random_filter(3);
  const auto bound = BoundExpression::bind(filter, schema());
  RC_PRE(bound.has_value());  // A decimal that is no price binds to nothing.
  Schema projection = schema();
  std::erase_if(projection.fields, [](const Field&) { return *rc::gen::inRange(0, 3) == 0; });
  const auto expected = file.whole(*bound, projection);
  const auto got = file.by_pages(*bound, projection);
  RC_ASSERT(expected.has_value());
  RC_ASSERT(got.has_value());
  RC_ASSERT(*got != nullptr);
  if (projection.fields.empty()) {
    RC_ASSERT((*got)->num_rows() == (*expected)->num_rows());
  } else {
    RC_ASSERT(differences(**got, **expected) == "");
  }
}

RC_GTEST_PROP(PageScan, LeavesOutDeletedRows, ()) {
  static const WrittenFile file(rows(1));
  static const auto batch = *file.table->CombineChunksToBatch();
  const auto bound = BoundExpression::bind(random_filter(2), schema());
  RC_PRE(bound.has_value());
  const auto matches = bound->evaluate(*batch);
  RC_ASSERT(matches.has_value());
  std::vector<std::int64_t> deleted;
  arrow::Int64Builder kept;
  const std::uint64_t share = *rc::gen::inRange<std::uint64_t>(1, 40);
  const auto first = *rc::gen::inRange<std::int64_t>(0, kRows);
  for (std::int64_t row = 0; row < kRows; ++row) {
    const bool gone =
        (row >= first && row < first + 100) || static_cast<std::uint64_t>(row) * 40503U % 40U < share;
    if (gone) deleted.push_back(row);
    const bool matched = (*matches)->IsValid(row) && (*matches)->Value(row);
    if (!gone && matched) RC_ASSERT(kept.Append(row).ok());
  }
  const auto numbers = *kept.Finish();
  const auto expected = arrow::compute::Take(batch, numbers);
  RC_ASSERT(expected.ok());
  const auto got = read_pages(*file.filesystem, {.projection = schema(),
                                                 .table_schema = schema(),
                                                 .files = {{file.path, file.bytes, *bound, deleted}}});
  RC_ASSERT(got.has_value());
  RC_ASSERT(differences(**got, **arrow::Table::FromRecordBatches({expected->record_batch()})) == "");
}

TEST(PageScan, ReadsEveryCodec) {
  for (const ParquetCodec codec : {ParquetCodec::kUncompressed, ParquetCodec::kSnappy, ParquetCodec::kZstd}) {
    const WrittenFile file(rows(2), codec);
    const auto bound = BoundExpression::bind(equal_to("id", Literal(std::int64_t{3})), schema());
    const auto got = file.by_pages(*bound, schema());
    const auto expected = file.whole(*bound, schema());
    ASSERT_TRUE(got && *got) << got.error().to_string();
    EXPECT_EQ((*got)->num_rows(), kRows / kIds);
    EXPECT_EQ(differences(**got, **expected), "");
  }
}

// As other writers make files: both versions of pages, several encodings, every codec.
TEST(PageScan, ReadsWhatOthersWrite) {
  const auto all = rows(7);
  for (const auto version : {parquet::ParquetDataPageVersion::V1, parquet::ParquetDataPageVersion::V2}) {
    for (const auto codec : {parquet::Compression::UNCOMPRESSED, parquet::Compression::SNAPPY,
                             parquet::Compression::GZIP, parquet::Compression::ZSTD}) {
      for (const int encoding : {0, 1, 2, 3}) {
        WrittenFile file(all);
        parquet::WriterProperties::Builder builder;
        builder.version(parquet::ParquetVersion::PARQUET_2_6)
            ->compression(codec)
            ->data_page_version(version)
            ->max_row_group_length(900)
            ->data_pagesize(1 << 10)
            ->write_batch_size(50)
            ->enable_store_decimal_as_integer()
            ->enable_write_page_index();
        if (encoding > 0) builder.disable_dictionary();
        for (const auto& field : schema().fields) {
          const bool integers = field.type.id != TypeId::kString && field.type.id != TypeId::kDouble &&
                                field.type.id != TypeId::kFloat;
          if (encoding == 2 && integers) builder.encoding(field.name, parquet::Encoding::DELTA_BINARY_PACKED);
          if (encoding == 3 && field.type.id != TypeId::kString)
            builder.encoding(field.name, parquet::Encoding::BYTE_STREAM_SPLIT);
        }
        auto out = *arrow::io::FileOutputStream::Open(file.path);
        ASSERT_TRUE(
            parquet::arrow::WriteTable(*all, arrow::default_memory_pool(), out, 900, builder.build()).ok());
        file.bytes = *out->Tell();
        ASSERT_TRUE(out->Close().ok());
        const auto bound = BoundExpression::bind(equal_to("id", Literal(std::int64_t{3})), schema());
        const auto got = file.by_pages(*bound, schema());
        const auto expected = file.whole(*bound, schema());
        ASSERT_TRUE(got && *got) << got.error().to_string();
        EXPECT_EQ((*got)->num_rows(), kRows / kIds);
        EXPECT_EQ(differences(**got, **expected), "") << encoding << " " << static_cast<int>(codec);
      }
    }
  }
}

TEST(PageScan, GivesDecimalsAsTheNearestDoubles) {
  const WrittenFile file(rows(3));
  const Schema projection{.schema_id = 0, .fields = {*schema().find("price")}, .identifier_field_ids = {}};
  const auto doubles = file.by_pages(BoundExpression{}, projection, true);
  ASSERT_TRUE(doubles && *doubles);
  const auto column = *(*doubles)->CombineChunksToBatch();
  const auto exact = *file.table->CombineChunksToBatch();
  const auto& prices = static_cast<const arrow::Decimal128Array&>(*exact->GetColumnByName("price"));
  const auto& got = static_cast<const arrow::DoubleArray&>(*column->column(0));
  ASSERT_EQ(got.length(), kRows);
  for (std::int64_t i = 0; i < kRows; ++i) {
    ASSERT_EQ(got.IsNull(i), prices.IsNull(i));
    if (prices.IsNull(i)) continue;
    EXPECT_EQ(got.Value(i), std::stod(prices.FormatValue(i)));
  }
}

const std::string kBucket = "s3://bucket";

// Counts what is read. What is said to lie in the bucket lies in this machine's folders too.
class CountingFileSystem final : public io::FileSystem {
 public:
  static std::string_view here(std::string_view path) {
    return path.starts_with(kBucket) ? path.substr(kBucket.size()) : path;
  }
  Result<std::string> read(std::string_view path) override { return under_->read(here(path)); }
  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override {
    bytes += static_cast<std::int64_t>(length);
    return under_->read_range(here(path), offset, length);
  }
  std::vector<Result<std::string>> read_many(std::span<const io::FileRange> ranges) override {
    if (!ranges.empty()) ++rounds;
    return io::FileSystem::read_many(ranges);
  }
  Result<std::unique_ptr<io::FileWriter>> create(std::string_view path, io::WriteOptions options) override {
    return under_->create(path, options);
  }
  Result<io::FileInfo> info(std::string_view path) override { return under_->info(here(path)); }
  Result<std::vector<io::FileInfo>> list(std::string_view directory, bool recursive) override {
    return under_->list(directory, recursive);
  }
  Status remove(std::string_view path) override { return under_->remove(path); }
  Status create_directories(std::string_view path) override { return under_->create_directories(path); }
  Result<std::uint64_t> free_space_bytes(std::string_view path) override {
    return under_->free_space_bytes(path);
  }

  std::int64_t bytes = 0;
  int rounds = 0;

 private:
  std::shared_ptr<io::FileSystem> under_ = io::local_filesystem();
};

struct Rounds {
  int first = 0;
  int again = 0;
  bool operator==(const Rounds&) const = default;
};

Rounds rounds_of(const std::string& bucket) {
  const WrittenFile file(rows(4));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));  // Of a file just written, nothing is kept.
  CountingFileSystem counting;
  const auto bound = BoundExpression::bind(
      equal_to("id", Literal(std::int64_t{2})) && less("ts", Literal(std::int64_t{64'000'000})), schema());
  const Schema projection{.schema_id = 0, .fields = {*schema().find("price")}, .identifier_field_ids = {}};
  const PageScan scan{.projection = projection,
                      .table_schema = schema(),
                      .decimals_as_doubles = false,
                      .files = {{bucket + file.path, file.bytes, *bound}}};
  const auto first = read_pages(counting, scan);
  EXPECT_TRUE(first && *first);
  if (!first) return {};
  EXPECT_EQ((*first)->num_rows(), 64);
  const int rounds = counting.rounds;
  counting.rounds = 0;
  counting.bytes = 0;
  const auto again = read_pages(counting, scan);
  EXPECT_TRUE(again && *again);
  EXPECT_LT(counting.bytes, file.bytes / 10);
  return {.first = rounds, .again = counting.rounds};
}

TEST(PageScan, ReadsInFewRoundsAndKeepsFooterAndIndex) {
  EXPECT_EQ(rounds_of(kBucket), (Rounds{.first = 3, .again = 1})) << "footer, page index, pages";
  EXPECT_EQ(rounds_of(""), (Rounds{.first = 3, .again = 1})) << "the same";
}

TEST(PageScan, LeavesPagesOfAbsurdlyManyRowsToAWholeRead) {
  const Schema one{.schema_id = 0, .fields = {*schema().find("id")}, .identifier_field_ids = {}};
  const testing::TemporaryDirectory folder;
  const auto filesystem = io::local_filesystem();
  const auto read = [&](std::int64_t count) {
    const auto ids = *arrow::MakeArrayFromScalar(arrow::Int64Scalar(7), count);
    const std::string path = folder / (std::to_string(count) + ".parquet");
    const auto file =
        write_parquet(*filesystem, path, one, *arrow::Table::Make(to_arrow(one), {ids}),
                      {.codec = ParquetCodec::kSnappy, .row_group_rows = count, .page_rows = count});
    EXPECT_TRUE(file);
    return *read_pages(*filesystem, {.projection = one,
                                     .table_schema = one,
                                     .decimals_as_doubles = false,
                                     .files = {{path, file->file_size_bytes, BoundExpression{}}}});
  };
  EXPECT_NE(read(1 << 20), nullptr);
  EXPECT_EQ(read((1 << 24) + 1), nullptr);
}

TEST(PageScan, NoticesAFileThatIsAnotherOrCut) {
  const WrittenFile file(rows(5));
  const auto bound = BoundExpression::bind(equal_to("id", Literal(std::int64_t{2})), schema());
  ASSERT_TRUE(file.by_pages(*bound, schema()));
  std::filesystem::resize_file(file.path, static_cast<std::uintmax_t>(file.bytes) - 100);
  const auto cut = file.by_pages(*bound, schema());
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, 4025);
  std::ofstream(file.path, std::ios::binary) << std::string(static_cast<std::size_t>(file.bytes), 'x');
  const auto other = file.by_pages(*bound, schema());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, 4025);
  std::filesystem::remove(file.path);
  const auto gone = file.by_pages(*bound, schema());
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().to_string().find("missing"), std::string::npos);
}

// Every kind of damage ends in an error or in rows, never in a crash or a hang.
RC_GTEST_PROP(PageScan, SurvivesFlippedBits, ()) {
  static const WrittenFile good(rows(6));
  static const std::string bytes = *good.filesystem->read(good.path);
  std::string bad = bytes;
  const int flips = *rc::gen::inRange(1, 4);
  for (int i = 0; i < flips; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bad.size());
    bad[at] = static_cast<char>(bad[at] ^ (1 << *rc::gen::inRange(0, 8)));
  }
  const std::string path = good.folder / "flipped.parquet";
  std::ofstream(path, std::ios::binary) << bad;
  const auto bound = BoundExpression::bind(equal_to("id", Literal(std::int64_t{2})), schema());
  const auto read = read_pages(*good.filesystem, {.projection = schema(),
                                                  .table_schema = schema(),
                                                  .decimals_as_doubles = false,
                                                  .files = {{path, std::ssize(bad), *bound}}});
  if (!read) RC_ASSERT(read.error().code == 4025);
}

// A page may say that more rows are not NULL than it holds values for.
TEST(PageScan, SurvivesEveryFlippedBitOfAPageWithNulls) {
  const WrittenFile good(rows(6), ParquetCodec::kUncompressed);
  const std::string bytes = *good.filesystem->read(good.path);
  const auto bound = BoundExpression::bind(equal_to("id", Literal(std::int64_t{0})), schema());
  constexpr std::int32_t kNullable = 4;
  Schema projection;
  projection.fields = {schema().fields[kNullable]};
  const auto first = static_cast<std::size_t>(parquet::ParquetFileReader::OpenFile(good.path)
                                                  ->metadata()
                                                  ->RowGroup(0)
                                                  ->ColumnChunk(kNullable)
                                                  ->data_page_offset());
  constexpr std::size_t kPageBytes = 120;  // Its header and values, somewhat less than there are.
  int refused = 0;
  for (std::size_t bit = 8 * first; bit < 8 * (first + kPageBytes); ++bit) {
    std::string bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const std::string path = good.folder / "flipped.parquet";
    std::ofstream(path, std::ios::binary) << bad;
    const auto read = read_pages(*good.filesystem, {.projection = projection,
                                                    .table_schema = schema(),
                                                    .decimals_as_doubles = false,
                                                    .files = {{path, std::ssize(bad), *bound}}});
    if (!read) {
      EXPECT_EQ(read.error().code, 4025) << bit;
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace goldtape::table::internal
