// Bytes of 0 and 1 as Arrow's bitmaps. Not public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace goldtape::table::internal {

/// One bit for each byte, the first lowest. Requires: each is 0 or 1; `bits` has room for them.
inline void pack_bits(std::span<const std::uint8_t> bytes, std::uint8_t* bits) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data() + at, sizeof(eight));
    bits[at / 8] = static_cast<std::uint8_t>((eight * 0x0102040810204080ULL) >> 56);
  }
  if (at == bytes.size()) return;
  unsigned rest = 0;
  for (std::size_t i = at; i < bytes.size(); ++i) rest |= static_cast<unsigned>(bytes[i]) << (i - at);
  bits[at / 8] = static_cast<std::uint8_t>(rest);
}

}  // namespace goldtape::table::internal
