// Pieces of files by as few requests as make sense, all under way at once. Not public.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_client_internal.h"

namespace goldtape::io {

// Waiting for another request costs more than reading past a gap of this size.
inline constexpr std::uint64_t kCoalesceGapBytes = 256U << 10U;
// Larger pieces are split, so that no connection is the one all wait for.
inline constexpr std::uint64_t kRequestBytes = 8U << 20U;

/// A request that serves some of the pieces asked for.
struct CoalescedRange {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::vector<std::size_t> pieces;  ///< Positions in what was asked for.
};

/// Pieces with a known end, merged where they overlap or lie closer than the gap, as long as they stay below
/// kRequestBytes; a single longer piece stays one.
[[nodiscard]] std::vector<CoalescedRange> coalesce(std::span<const FileRange> ranges,
                                                   std::span<const std::size_t> which);

/// FileSystem::read_many for S3.
[[nodiscard]] std::vector<Result<std::string>> read_s3_ranges(S3Client& client,
                                                              std::span<const FileRange> ranges);

}  // namespace goldtape::io
