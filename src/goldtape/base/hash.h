// Hashes that name things: load ids, content of rows, files in the raw zone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace goldtape {

/// SHA-256 of a text or bytes, 64 lower-case hex digits (FIPS 180-4).
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// Feeds SHA-256 piece by piece. Not thread safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  /// The digest as hex; the object is spent afterwards.
  [[nodiscard]] std::string hex();

 private:
  void* context_;
};

/// XXH3 of 64 bits: fast, stable across machines and versions, not for adversaries.
[[nodiscard]] std::uint64_t xxh3_64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace goldtape
