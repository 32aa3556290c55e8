// Integers out of Parquet's DELTA_BINARY_PACKED. Not public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace goldtape::table::internal {

/// So many bytes after the encoded ones must be readable.
inline constexpr std::size_t kDeltaBytesAfter = 16;
/// Values come by so many.
inline constexpr std::int64_t kDeltaStep = 32;

/// Decodes the first `wanted` of `count` values; sums that overflow wrap, as writers' differences do.
/// False when the bytes are not so many values encoded as the format says
/// (https://parquet.apache.org/docs/file-format/data-pages/encodings/), and where a writer used a freedom
/// that is not known here; `out` is then undefined. Requires: `out` has room for `wanted` values rounded up
/// to a multiple of kDeltaStep, and one step more. T is std::int32_t or std::int64_t.
template <typename T>
[[nodiscard]] bool decode_deltas(std::span<const std::uint8_t> bytes, std::int64_t count, std::int64_t wanted,
                                 T* out);

}  // namespace goldtape::table::internal
