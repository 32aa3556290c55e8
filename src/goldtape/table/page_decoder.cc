#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/properties.h>
#include <parquet/types.h>

#include "goldtape/table/page_decoder_internal.h"

namespace goldtape::table::internal {
namespace {

// The values of one page, one a row.
template <typename T>
struct PageValues {
  std::vector<T> values;
  std::vector<std::int16_t> levels;

  void resize(std::size_t rows) {
    if (values.size() < rows) values.resize(rows);
    if (levels.size() < rows) levels.resize(rows);
  }
  // Parquet leaves NULLs out: values move back to their rows.
  void spread(std::int64_t rows, std::int64_t present) {
    for (std::int64_t row = rows - 1; present < row + 1 && row >= 0; --row) {
      const auto to = static_cast<std::size_t>(row);
      if (levels[to] > 0) {
        values[to] = values[static_cast<std::size_t>(--present)];
      } else {
        values[to] = T{};
      }
    }
  }
};

std::shared_ptr<parquet::ColumnReader> open_pages(const LayoutColumn& column, const LayoutChunk& chunk,
                                                  const PageBytes& pages) {
  std::int64_t rows = 0;
  for (const RowRange& page : pages.rows) rows += page.size();
  static const parquet::ReaderProperties kProperties;
  auto reader = parquet::PageReader::Open(std::make_shared<arrow::io::BufferReader>(pages.bytes), rows,
                                          static_cast<parquet::Compression::type>(chunk.codec), kProperties,
                                          *column.descriptor);
  return parquet::ColumnReader::Make(column.descriptor, std::move(reader));
}

// `put(values, levels, count)` gets the wanted rows in pieces; levels is null where none can be NULL.
template <typename ParquetType, typename Put>
void decode(const LayoutColumn& column, const LayoutChunk& chunk, const PageBytes& pages,
            const RowRanges& wanted, Put&& put) {
  using T = typename ParquetType::c_type;
  const auto reader = open_pages(column, chunk, pages);
  auto& typed = dynamic_cast<parquet::TypedColumnReader<ParquetType>&>(*reader);
  thread_local PageValues<T> page;
  for (const RowRange& rows : pages.rows) {
    page.resize(static_cast<std::size_t>(rows.size()));
    std::int16_t* levels = chunk.no_nulls ? nullptr : page.levels.data();
    std::int64_t present = 0;
    // A call never goes beyond the end of a page, so that fewer values than the index promises are noticed.
    const std::int64_t read = typed.ReadBatch(rows.size(), levels, nullptr, page.values.data(), &present);
    const std::int64_t got = levels == nullptr ? present : read;
    if (got != rows.size()) throw parquet::ParquetException("a page holds fewer rows than its index says");
    if (levels != nullptr) page.spread(rows.size(), present);
    const RowRanges here = wanted.within(rows);
    for (const RowRange& range : here.ranges()) {
      const std::int64_t from = range.begin - rows.begin;
      put(page.values.data() + from, levels == nullptr ? nullptr : levels + from, range.size());
    }
  }
}

}  // namespace

void decode_numbers(const LayoutColumn& column, const LayoutChunk& chunk, const PageBytes& pages,
                    const RowRanges& wanted, ColumnOutput& out, std::int64_t at) {
  const auto put = [&](const auto* values, const std::int16_t* levels, std::int64_t count) {
    out.put(at, values, count);
    if (levels != nullptr) out.put_validity(at, levels, count);
    at += count;
  };
  switch (column.descriptor->physical_type()) {
    case parquet::Type::INT32: return decode<parquet::Int32Type>(column, chunk, pages, wanted, put);
    case parquet::Type::INT64: return decode<parquet::Int64Type>(column, chunk, pages, wanted, put);
    case parquet::Type::FLOAT: return decode<parquet::FloatType>(column, chunk, pages, wanted, put);
    case parquet::Type::DOUBLE: return decode<parquet::DoubleType>(column, chunk, pages, wanted, put);
    default: throw parquet::ParquetException("not a column of numbers");
  }
}

std::shared_ptr<arrow::Array> decode_strings(const LayoutColumn& column, const LayoutChunk& chunk,
                                             const PageBytes& pages, const RowRanges& wanted) {
  arrow::StringBuilder builder;
  PARQUET_THROW_NOT_OK(builder.Reserve(wanted.count()));
  const auto put = [&](const parquet::ByteArray* values, const std::int16_t* levels, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (levels != nullptr && levels[i] == 0) {
        PARQUET_THROW_NOT_OK(builder.AppendNull());
      } else {
        PARQUET_THROW_NOT_OK(builder.Append(values[i].ptr, static_cast<std::int32_t>(values[i].len)));
      }
    }
  };
  decode<parquet::ByteArrayType>(column, chunk, pages, wanted, put);
  std::shared_ptr<arrow::Array> array;
  PARQUET_THROW_NOT_OK(builder.Finish(&array));
  return array;
}

}  // namespace goldtape::table::internal
