#include <bit>
#include <cstring>

#include "goldtape/table/snappy_internal.h"

namespace goldtape::table::internal {
namespace {

static_assert(std::endian::native == std::endian::little, "loads are of the format's byte order");

constexpr std::size_t kStride = 16;

[[gnu::always_inline]] inline void copy_stride(std::uint8_t* to, const std::uint8_t* from) {
  std::memcpy(to, from, kStride);
}

// How long the unpacked block is, by its head; false when that is not `expected`.
bool pass_head(std::span<const std::uint8_t>& packed, std::size_t expected) {
  std::uint64_t length = 0;
  for (unsigned shift = 0; shift < 35 && !packed.empty(); shift += 7) {
    const std::uint8_t part = packed.front();
    packed = packed.subspan(1);
    length |= static_cast<std::uint64_t>(part & 0x7fU) << shift;
    if ((part & 0x80U) == 0) return length == expected;
  }
  return false;
}

// Bytes that were there `distance` before; the two may overlap. Writes up to a stride more.
[[gnu::always_inline]] inline void repeat(std::uint8_t* to, std::size_t distance, std::size_t length) {
  const std::uint8_t* from = to - distance;
  if (distance >= kStride) {
    for (std::size_t i = 0; i < length; i += kStride) copy_stride(to + i, from + i);
    return;
  }
  // A pattern as it is, and then from so far back that strides do not meet.
  const std::size_t pattern = distance * ((kStride + distance - 1) / distance);
  for (std::size_t i = 0; i < pattern; ++i) to[i] = from[i];
  for (std::size_t i = pattern; i < length; i += kStride) copy_stride(to + i, to + i - pattern);
}

}  // namespace

bool unsnap(std::span<const std::uint8_t> packed, std::size_t wanted, std::span<std::uint8_t> out) {
  if (!pass_head(packed, out.size())) return false;
  const std::uint8_t* in = packed.data();
  const std::uint8_t* const end = in + packed.size();
  std::uint8_t* to = out.data();
  std::uint8_t* const stop = to + wanted;
  while (to < stop) {
    if (in == end) return false;
    const unsigned tag = *in++;
    const auto left = static_cast<std::size_t>(end - in);
    const auto room = static_cast<std::size_t>(out.data() + out.size() - to);
    std::size_t length = (tag >> 2) + 1;
    std::size_t distance = 0;
    switch (tag & 3U) {
      case 0: {
        if (length <= kStride && left >= kStride && length <= room) {
          copy_stride(to, in);
        } else {
          const std::size_t more = length > 60 ? length - 60 : 0;
          if (left < more) return false;
          if (more > 0) {
            std::uint32_t long_length = 0;
            std::memcpy(&long_length, in, more);
            length = std::size_t{long_length} + 1;
            in += more;
          }
          if (length > left - more || length > room) return false;
          std::memcpy(to, in, length);
        }
        in += length;
        to += length;
        continue;
      }
      case 1:
        if (left < 1) return false;
        length = ((tag >> 2) & 7U) + 4;
        distance = (tag >> 5) << 8 | in[0];
        in += 1;
        break;
      case 2:
        if (left < 2) return false;
        distance = static_cast<std::size_t>(in[0]) | static_cast<std::size_t>(in[1]) << 8;
        in += 2;
        break;
      default: {
        if (left < 4) return false;
        std::uint32_t far = 0;
        std::memcpy(&far, in, sizeof(far));
        distance = far;
        in += 4;
      }
    }
    if (distance == 0 || distance > static_cast<std::size_t>(to - out.data()) || length > room) return false;
    repeat(to, distance, length);
    to += length;
  }
  return true;
}

}  // namespace goldtape::table::internal
