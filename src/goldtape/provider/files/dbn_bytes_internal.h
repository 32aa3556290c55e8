// Little-endian integers out of bytes.
#pragma once

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace goldtape::provider::files {

/// Requires: offset + sizeof(Integer) <= bytes.size().
template <typename Integer>
[[nodiscard]] Integer little_endian(std::string_view bytes, std::size_t offset) {
  if constexpr (std::endian::native == std::endian::little) {
    Integer value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
  } else {
    std::make_unsigned_t<Integer> value = 0;
    for (std::size_t i = sizeof value; i-- > 0;) {
      value = static_cast<decltype(value)>(value << 8U | static_cast<unsigned char>(bytes[offset + i]));
    }
    return static_cast<Integer>(value);
  }
}

}  // namespace goldtape::provider::files
