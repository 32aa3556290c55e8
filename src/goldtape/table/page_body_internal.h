// One data page of a flat column, unpacked. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <arrow/util/type_fwd.h>

#include "goldtape/table/parquet_layout_internal.h"

namespace goldtape::table::internal {

/// So many bytes at least can be read after a page's values.
inline constexpr std::size_t kBytesAfterPage = 64;

/// What lies in a data page of either version.
struct PageBody {
  int encoding = -1;                     ///< parquet::Encoding::type, of the values.
  std::span<const std::uint8_t> levels;  ///< Definition levels, as runs of one bit; empty: required.
  std::span<const std::uint8_t> values;  ///< The beginning of them, if the page is cut.
  bool cut = false;                      ///< Not all of it was unpacked.
};

/// Keeps its memory from page to page: one for each thread.
class PageUnpacker {
 public:
  PageUnpacker();
  ~PageUnpacker();

  /// The page with its header, which should hold so many rows, unpacked about as far as the first `wanted` of
  /// them go; what it returns is good until the next call. Nothing for a page that is not known here or not
  /// whole: Arrow's reader has the last word on those. Requires: wanted <= rows.
  [[nodiscard]] std::optional<PageBody> unpack(std::span<const std::uint8_t> page, const LayoutColumn& column,
                                               const LayoutChunk& chunk, std::int64_t rows,
                                               std::int64_t wanted);

 private:
  bool decompress(std::span<const std::uint8_t> in, int codec, std::span<std::uint8_t> out);
  arrow::util::Codec* codec_of(int codec);

  std::vector<std::uint8_t> scratch_;
  int codec_number_ = -1;
  std::unique_ptr<arrow::util::Codec> codec_;
};

/// Definition levels of 0 and 1 out of their runs
/// (https://parquet.apache.org/docs/file-format/data-pages/encodings/, RLE). `nulls` counts the zeros; `out`
/// is not written to where there are none. False when the bytes are not so many levels.
[[nodiscard]] bool decode_levels(std::span<const std::uint8_t> bytes, std::span<std::int16_t> out,
                                 std::int64_t& nulls);

}  // namespace goldtape::table::internal
