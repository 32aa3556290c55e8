#include <algorithm>
#include <cstring>

#include <arrow/util/compression.h>
#include <parquet/types.h>

#include "goldtape/table/page_body_internal.h"
#include "goldtape/table/page_header_internal.h"
#include "goldtape/table/snappy_internal.h"

namespace goldtape::table::internal {
namespace {

static_assert(kBytesAfterPage >= kSnappyBytesAfter);

// More than any encoding needs for a row, and room for a page's heads: whoever claims more is left to Arrow.
constexpr std::int64_t kMostBytesARow = 24, kMostBytesBeside = 64 << 10;
constexpr std::size_t kSpare = 192;
constexpr std::size_t kLevelsHead = 4;  // Version 1: how many bytes of levels there are.

arrow::Compression::type arrow_codec(int codec) {
  switch (codec) {
    case parquet::Compression::ZSTD: return arrow::Compression::ZSTD;
    default: return arrow::Compression::UNCOMPRESSED;
  }
}

// The levels before the values, as version 1 has them.
bool split_levels(std::span<const std::uint8_t> body, PageBody& out) {
  std::uint32_t bytes = 0;
  if (body.size() < kLevelsHead) return false;
  std::memcpy(&bytes, body.data(), sizeof(bytes));
  if (bytes == 0 || bytes > body.size() - kLevelsHead) return false;
  out.levels = body.subspan(kLevelsHead, bytes);
  out.values = body.subspan(kLevelsHead + bytes);
  return true;
}

// Where the first `wanted` of so many rows end, with some to spare: rows take about as much room everywhere.
std::size_t bytes_of(std::int64_t wanted, std::int64_t rows, std::size_t whole) {
  if (wanted >= rows) return whole;
  const double part = static_cast<double>(wanted) / static_cast<double>(rows);
  return std::min(whole, static_cast<std::size_t>(static_cast<double>(whole) * part) + whole / 16 + kSpare);
}

}  // namespace

PageUnpacker::PageUnpacker() = default;
PageUnpacker::~PageUnpacker() = default;

std::optional<PageBody> PageUnpacker::unpack(std::span<const std::uint8_t> page, const LayoutColumn& column,
                                             const LayoutChunk& chunk, std::int64_t rows,
                                             std::int64_t wanted) {
  const auto header = parse_page_header(page);
  if (!header || header->values != rows) return std::nullopt;
  const bool version_2 = header->type == parquet::PageType::DATA_PAGE_V2;
  if (!version_2 && header->type != parquet::PageType::DATA_PAGE) return std::nullopt;
  auto stored = page.subspan(header->header_bytes);
  const auto stored_bytes = static_cast<std::size_t>(header->compressed_bytes);
  const auto bytes = static_cast<std::size_t>(header->uncompressed_bytes);
  if (stored_bytes > stored.size()) return std::nullopt;
  if (header->uncompressed_bytes > rows * kMostBytesARow + kMostBytesBeside) return std::nullopt;
  stored = stored.first(stored_bytes);

  const auto plain_bytes = version_2 ? static_cast<std::size_t>(header->definition_bytes) : 0;
  if (header->repetition_bytes != 0 || plain_bytes > std::min(stored.size(), bytes)) return std::nullopt;
  if (version_2 && (plain_bytes > 0) != column.nullable) return std::nullopt;
  if (scratch_.size() < bytes + kBytesAfterPage) scratch_.resize(bytes + kBytesAfterPage);
  const std::span<std::uint8_t> body = std::span(scratch_).first(bytes);
  std::copy_n(stored.begin(), plain_bytes, body.begin());
  const int codec = header->compressed ? chunk.codec : int{parquet::Compression::UNCOMPRESSED};
  std::span<std::uint8_t> packed = body.subspan(plain_bytes);
  const std::size_t whole = packed.size();
  if (codec == parquet::Compression::SNAPPY) {
    packed = packed.first(bytes_of(wanted, rows, whole));
    if (!unsnap(stored.subspan(plain_bytes), packed.size(), body.subspan(plain_bytes))) return std::nullopt;
  } else if (!decompress(stored.subspan(plain_bytes), codec, packed)) {
    return std::nullopt;
  }

  PageBody out{.encoding = header->encoding, .levels = {}, .values = packed, .cut = packed.size() < whole};
  if (version_2) {
    out.levels = body.first(plain_bytes);
  } else if (column.nullable) {
    if (header->level_encoding != parquet::Encoding::RLE || !split_levels(packed, out)) return std::nullopt;
  }
  return out;
}

bool PageUnpacker::decompress(std::span<const std::uint8_t> in, int codec, std::span<std::uint8_t> out) {
  if (codec == parquet::Compression::UNCOMPRESSED) {
    if (in.size() != out.size()) return false;
    std::copy(in.begin(), in.end(), out.begin());
    return true;
  }
  if (out.empty()) return false;
  arrow::util::Codec* known = codec_of(codec);
  if (known == nullptr) return false;
  const auto got = known->Decompress(std::ssize(in), in.data(), std::ssize(out), out.data());
  return got.ok() && *got == std::ssize(out);
}

arrow::util::Codec* PageUnpacker::codec_of(int codec) {
  if (codec_number_ == codec) return codec_.get();
  codec_number_ = codec;
  codec_ = nullptr;
  const auto type = arrow_codec(codec);
  if (type == arrow::Compression::UNCOMPRESSED) return nullptr;
  auto made = arrow::util::Codec::Create(type);
  if (made.ok()) codec_ = *std::move(made);
  return codec_.get();
}

bool decode_levels(std::span<const std::uint8_t> bytes, std::span<std::int16_t> out, std::int64_t& nulls) {
  nulls = 0;
  std::size_t at = 0;
  std::size_t row = 0;
  while (row < out.size()) {
    std::uint32_t head = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (shift > 21 || at == bytes.size()) return false;  // Four bytes: more than a page has rows.
      head |= (bytes[at] & 0x7fU) << shift;
      if ((bytes[at++] & 0x80U) == 0) break;
    }
    const std::size_t left = out.size() - row;
    if ((head & 1U) == 0) {
      if (at == bytes.size() || bytes[at] > 1 || head == 0) return false;
      const std::size_t count = std::min<std::size_t>(head >> 1, left);
      const std::uint8_t level = bytes[at++];
      if (row == 0 && count == out.size() && level == 1) return true;
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(row), count, std::int16_t{level});
      if (level == 0) nulls += static_cast<std::int64_t>(count);
      row += count;
      continue;
    }
    const std::size_t groups = head >> 1;
    if (groups == 0) return false;
    const std::size_t count = std::min(8 * groups, left);
    if ((count + 7) / 8 > bytes.size() - at) return false;
    for (std::size_t i = 0; i < count; ++i) {
      const auto level = static_cast<std::int16_t>((std::uint32_t{bytes[at + i / 8]} >> (i % 8)) & 1U);
      out[row + i] = level;
      nulls += level == 0 ? 1 : 0;
    }
    at += std::min(groups, bytes.size() - at);
    row += count;
  }
  return true;
}

}  // namespace goldtape::table::internal
