// Upper bounds that keep one bad input from taking the machine. Generous: real data stay far below.
#pragma once

#include <cstdint>

namespace goldtape::limits {

/// Largest input, as it lies on disk and as it unpacks.
inline constexpr std::uint64_t kMaxInputBytes = std::uint64_t{4} << 30U;
/// Most rows of one answer.
inline constexpr std::int64_t kMaxInputRows = std::int64_t{1} << 26U;

}  // namespace goldtape::limits
