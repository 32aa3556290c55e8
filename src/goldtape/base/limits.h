// Upper bounds that keep one bad input from taking the machine. Generous: real data stay far below.
#pragma once

#include <cstddef>
#include <cstdint>

namespace goldtape::limits {

/// Longest line of a text input.
inline constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20U;
/// Most columns in one row of a text input.
inline constexpr std::size_t kMaxColumns = 1024;
/// Largest input file, as it lies on disk.
inline constexpr std::uint64_t kMaxInputBytes = std::uint64_t{4} << 30U;
/// Largest content that a compressed input may unpack to.
inline constexpr std::uint64_t kMaxUnpackedBytes = std::uint64_t{8} << 30U;
/// Most rows in one answer (line numbers are 32 bits wide).
inline constexpr std::size_t kMaxRowsPerBatch = 200'000'000;
/// Longest ticker.
inline constexpr std::size_t kMaxTickerBytes = 32;
/// Largest goldtape.toml or dialect file.
inline constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{1} << 20U;

}  // namespace goldtape::limits
