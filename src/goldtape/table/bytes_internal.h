// Little-endian integers and two's complement decimals as bytes. Not public.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace goldtape::table {

static_assert(std::endian::native == std::endian::little,
              "bounds and hashes are written as little-endian bytes");

template <typename T>
[[nodiscard]] std::string little_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

/// Requires: bytes.size() >= sizeof(T).
template <typename T>
[[nodiscard]] T from_little_endian(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

}  // namespace goldtape::table
