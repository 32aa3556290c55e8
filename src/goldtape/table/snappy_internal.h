// The beginning of what Snappy has packed. Not public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace goldtape::table::internal {

/// So many bytes beyond `out` are written over.
inline constexpr std::size_t kSnappyBytesAfter = 64;

/// Unpacks a block of Snappy's format (https://github.com/google/snappy/blob/main/format_description.txt)
/// until `wanted` bytes are there or a few more; whoever needs a part of a page pays for that part. False
/// when the block does not say that it holds as many bytes as `out` has, or does not hold what is wanted.
/// Requires: wanted <= out.size(), and kSnappyBytesAfter bytes after `out`.
[[nodiscard]] bool unsnap(std::span<const std::uint8_t> packed, std::size_t wanted,
                          std::span<std::uint8_t> out);

}  // namespace goldtape::table::internal
