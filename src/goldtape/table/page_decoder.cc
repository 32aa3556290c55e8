#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/properties.h>
#include <parquet/types.h>

#include "goldtape/table/delta_values_internal.h"
#include "goldtape/table/page_body_internal.h"
#include "goldtape/table/page_decoder_internal.h"

namespace goldtape::table::internal {
namespace {

static_assert(kBytesAfterPage >= kDeltaBytesAfter);
constexpr std::size_t kDeltaRoom = 2 * kDeltaStep;  // What decode_deltas writes beyond the last row.

// The values of one page, one a row.
template <typename T>
struct PageValues {
  std::vector<T> values;
  std::vector<std::int16_t> levels;

  void resize(std::size_t rows) {
    if (values.size() < rows + kDeltaRoom) values.resize(rows + kDeltaRoom);
    if (levels.size() < rows) levels.resize(rows);
  }
  // Parquet leaves NULLs out: values move back to their rows. False when there are fewer values, or more,
  // than rows that have one.
  [[nodiscard]] bool spread(std::int64_t rows, std::int64_t present) {
    for (std::int64_t row = rows - 1; row >= 0; --row) {
      const auto to = static_cast<std::size_t>(row);
      if (levels[to] <= 0) {
        values[to] = T{};
      } else if (present-- > 0) {
        values[to] = values[static_cast<std::size_t>(present)];
      } else {
        return false;
      }
    }
    return present == 0;
  }
};

// Pages one after the other, the dictionary's first; without a copy where they lie so.
std::shared_ptr<arrow::Buffer> joined(std::string_view dictionary, std::span<const PageBytes::Page> pages) {
  std::string_view whole = dictionary;
  for (const PageBytes::Page& page : pages) {
    if (whole.empty()) {
      whole = page.bytes;
    } else if (whole.data() + whole.size() == page.bytes.data()) {
      whole = {whole.data(), whole.size() + page.bytes.size()};
    } else {
      std::string copy(dictionary);
      for (const PageBytes::Page& one : pages) copy += one.bytes;
      return arrow::Buffer::FromString(std::move(copy));
    }
  }
  return std::make_shared<arrow::Buffer>(whole);
}

std::shared_ptr<parquet::ColumnReader> open_pages(const LayoutColumn& column, const LayoutChunk& chunk,
                                                  std::string_view dictionary,
                                                  std::span<const PageBytes::Page> pages) {
  std::int64_t rows = 0;
  for (const PageBytes::Page& page : pages) rows += page.rows.size();
  static const parquet::ReaderProperties kProperties;
  auto reader = parquet::PageReader::Open(
      std::make_shared<arrow::io::BufferReader>(joined(dictionary, pages)), rows,
      static_cast<parquet::Compression::type>(chunk.codec), kProperties, *column.descriptor);
  return parquet::ColumnReader::Make(column.descriptor, std::move(reader));
}

// `put(values, levels, count)` gets the wanted rows of a page in pieces; `levels` is null where none is NULL.
template <typename T, typename Put>
void hand_out(const PageValues<T>& page, bool with_levels, RowRange rows, std::span<const RowRange> wanted,
              Put& put) {
  for (const RowRange& range : wanted) {
    const std::int64_t from = std::max(range.begin, rows.begin) - rows.begin;
    const std::int64_t end = std::min(range.end, rows.end) - rows.begin;
    put(page.values.data() + from, with_levels ? page.levels.data() + from : nullptr, end - from);
  }
}

template <typename ParquetType, typename Put>
void decode_by_arrow(const LayoutColumn& column, const LayoutChunk& chunk, std::string_view dictionary,
                     std::span<const PageBytes::Page> pages, const RowRanges& wanted, Put& put) {
  const auto reader = open_pages(column, chunk, dictionary, pages);
  auto& typed = dynamic_cast<parquet::TypedColumnReader<ParquetType>&>(*reader);
  thread_local PageValues<typename ParquetType::c_type> page;
  for (const PageBytes::Page& one : pages) {
    const std::int64_t rows = one.rows.size();
    page.resize(static_cast<std::size_t>(rows));
    std::int16_t* levels = chunk.no_nulls ? nullptr : page.levels.data();
    std::int64_t present = 0;
    // A call never goes beyond the end of a page, so that fewer values than the index promises are noticed.
    const std::int64_t read = typed.ReadBatch(rows, levels, nullptr, page.values.data(), &present);
    const std::int64_t got = levels == nullptr ? present : read;
    if (got != rows) throw parquet::ParquetException("a page holds fewer rows than its index says");
    if (levels != nullptr && !page.spread(rows, present))
      throw parquet::ParquetException("a page holds fewer values than rows that are not NULL");
    hand_out(page, levels != nullptr, one.rows, wanted.meeting(one.rows), put);
  }
}

// The first `wanted` of `count` values; false when they are encoded in a way that is not known here.
template <typename T>
bool decode_values(const PageBody& body, std::int64_t count, std::int64_t wanted, T* out) {
  if (count == 0) return true;
  if (body.encoding == parquet::Encoding::PLAIN) {
    const auto bytes = static_cast<std::size_t>(body.cut ? wanted : count) * sizeof(T);
    if (body.values.size() < bytes) return false;
    std::memcpy(out, body.values.data(), static_cast<std::size_t>(wanted) * sizeof(T));
    return true;
  }
  if constexpr (std::is_integral_v<T>) {
    if (body.encoding == parquet::Encoding::DELTA_BINARY_PACKED)
      return decode_deltas(body.values, count, wanted, out);
  }
  return false;
}

// Of a page of so many rows the first `wanted`, one a row, and whether some of them are NULL.
template <typename T>
bool decode_page(const PageBody& body, bool may_null, std::int64_t rows, std::int64_t wanted,
                 PageValues<T>& page, bool& some_null) {
  page.resize(static_cast<std::size_t>(rows));
  std::int64_t nulls = 0;
  const auto levels = std::span(page.levels).first(static_cast<std::size_t>(rows));
  if (may_null && !decode_levels(body.levels, levels, nulls)) return false;
  some_null = nulls > 0;
  if (!some_null) return decode_values(body, rows, wanted, page.values.data());
  if (!decode_values(body, rows - nulls, rows - nulls, page.values.data())) return false;
  return page.spread(rows, rows - nulls);
}

// Decodes leading pages as far as they are of the kinds that our writer makes; how many they were.
template <typename T, typename Put>
std::size_t decode_quickly(const LayoutColumn& column, const LayoutChunk& chunk,
                           std::span<const PageBytes::Page> pages, const RowRanges& wanted, Put& put) {
  thread_local PageUnpacker unpacker;
  thread_local PageValues<T> page;
  const bool may_null = !chunk.no_nulls && column.nullable;
  std::size_t done = 0;
  for (; done < pages.size(); ++done) {
    const RowRange rows = pages[done].rows;
    const auto here = wanted.meeting(rows);
    if (here.empty()) continue;
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(pages[done].bytes.data()),
                          pages[done].bytes.size());
    const std::int64_t needed = std::min(here.back().end, rows.end) - rows.begin;
    bool some_null = false;
    bool good = false;
    for (const std::int64_t unpacked : {needed, rows.size()}) {
      const auto body = unpacker.unpack(bytes, column, chunk, rows.size(), unpacked);
      good = body && decode_page(*body, may_null, rows.size(), needed, page, some_null);
      if (good || (body && !body->cut)) break;
    }
    if (!good) break;
    hand_out(page, some_null, rows, here, put);
  }
  return done;
}

template <typename ParquetType, typename Put>
void decode(const LayoutColumn& column, const LayoutChunk& chunk, const PageBytes& pages,
            const RowRanges& wanted, Put&& put) {
  std::span<const PageBytes::Page> left(pages.pages);
  if constexpr (std::is_arithmetic_v<typename ParquetType::c_type>) {
    left = left.subspan(decode_quickly<typename ParquetType::c_type>(column, chunk, left, wanted, put));
  }
  if (!left.empty()) decode_by_arrow<ParquetType>(column, chunk, pages.dictionary, left, wanted, put);
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
