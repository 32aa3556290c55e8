// Data pages from anybody's file: unpacked and decoded here, and by Arrow. Where both give values, they are
// the same. The first three bytes choose the column and the number of rows.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include "check.h"
#include "goldtape/table/delta_values_internal.h"
#include "goldtape/table/page_body_internal.h"

namespace {

using goldtape::table::internal::LayoutChunk;
using goldtape::table::internal::LayoutColumn;

struct Decoded {
  bool good = false;
  std::vector<std::int64_t> values;
  std::vector<std::int16_t> levels;
};

// The first `wanted` rows; all of them if some are NULL.
Decoded decode(std::span<const std::uint8_t> page, const LayoutColumn& column, const LayoutChunk& chunk,
               std::size_t rows, std::size_t wanted) {
  namespace internal = goldtape::table::internal;
  Decoded out;
  internal::PageUnpacker unpacker;
  const auto count = static_cast<std::int64_t>(rows);
  const auto body = unpacker.unpack(page, column, chunk, count, static_cast<std::int64_t>(wanted));
  if (!body) return out;
  FUZZ_CHECK(column.nullable || body->levels.empty());
  FUZZ_CHECK(!body->cut || wanted < rows);
  out.levels.assign(rows, 1);
  std::int64_t nulls = 0;
  if (column.nullable && !internal::decode_levels(body->levels, out.levels, nulls)) return out;
  const std::int64_t present = count - nulls;
  FUZZ_CHECK(nulls >= 0 && present >= 0);
  out.values.resize(rows + 2 * static_cast<std::size_t>(internal::kDeltaStep));
  if (body->encoding != parquet::Encoding::DELTA_BINARY_PACKED) return out;
  const std::int64_t needed = nulls > 0 ? present : static_cast<std::int64_t>(wanted);
  out.good = internal::decode_deltas(body->values, present, needed, out.values.data());
  out.values.resize(static_cast<std::size_t>(needed));
  return out;
}

Decoded decode_by_arrow(std::span<const std::uint8_t> page, const LayoutColumn& column,
                        const LayoutChunk& chunk, std::size_t rows) {
  Decoded out;
  try {
    static const parquet::ReaderProperties kProperties;
    auto pages = parquet::PageReader::Open(
        std::make_shared<arrow::io::BufferReader>(
            std::make_shared<arrow::Buffer>(page.data(), static_cast<std::int64_t>(page.size()))),
        static_cast<std::int64_t>(rows), static_cast<parquet::Compression::type>(chunk.codec), kProperties,
        *column.descriptor);
    const auto reader = parquet::ColumnReader::Make(column.descriptor, std::move(pages));
    out.levels.assign(rows, 1);
    out.values.resize(rows);
    std::int64_t present = 0;
    const std::int64_t read = dynamic_cast<parquet::Int64Reader&>(*reader).ReadBatch(
        static_cast<std::int64_t>(rows), out.levels.data(), nullptr, out.values.data(), &present);
    out.good = read == static_cast<std::int64_t>(rows);
    out.values.resize(static_cast<std::size_t>(present));
  } catch (const parquet::ParquetException&) {
    out.good = false;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  constexpr std::size_t kHead = 3;
  if (size_bytes <= kHead) return 0;
  const bool nullable = (data[0] & 1U) != 0;
  LayoutChunk chunk;
  chunk.codec = (data[0] & 2U) != 0 ? parquet::Compression::SNAPPY : parquet::Compression::UNCOMPRESSED;
  const std::size_t rows = 1 + data[1] + 256U * (data[2] & 0x0fU);
  const auto node = parquet::schema::PrimitiveNode::Make(
      "x", nullable ? parquet::Repetition::OPTIONAL : parquet::Repetition::REQUIRED, parquet::Type::INT64);
  const parquet::ColumnDescriptor descriptor(node, nullable ? 1 : 0, 0);
  LayoutColumn column;
  column.nullable = nullable;
  column.descriptor = &descriptor;
  const std::span page(data + kHead, size_bytes - kHead);
  const std::size_t wanted = 1 + (rows - 1) * (data[2] >> 4U) / 15;
  const Decoded part = decode(page, column, chunk, rows, wanted);
  const Decoded ours = decode(page, column, chunk, rows, rows);
  if (!ours.good) return 0;
  if (part.good) FUZZ_CHECK(std::equal(part.values.begin(), part.values.end(), ours.values.begin()));
  const Decoded arrows = decode_by_arrow(page, column, chunk, rows);
  if (!arrows.good) return 0;
  FUZZ_CHECK(ours.levels == arrows.levels);
  FUZZ_CHECK(ours.values == arrows.values);
  return 0;
}
