// Gzip and zstd in memory, with an eye on bombs and truncated input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::io {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

/// What the first bytes say (RFC 1952 section 2.3.1, RFC 8878 section 3.1.1); a file's name is not asked.
[[nodiscard]] Compression detect_compression(std::string_view bytes);

/// The content of one or several concatenated gzip members or zstd frames; a copy of `bytes` for kNone.
/// Errors, all with `where` as given: kDamaged GT2001 truncated input, GT2002 damaged input (bad header,
/// checksum or block; anything but zero padding after the last member), GT2003 more than `max_bytes` come out
/// (a bomb).
[[nodiscard]] Result<std::string> decompress(std::string_view bytes, Compression compression,
                                             std::uint64_t max_bytes, std::string_view where);

/// One zstd frame with its content size and checksum. The same bytes, level and library version give the same
/// frame. Errors: kInternal GT9001 when the library refuses.
[[nodiscard]] Result<std::string> compress_zstd(std::string_view bytes, int level = 3);

/// One gzip member without name and time, so that equal content gives equal bytes. Errors: kInternal GT9001.
[[nodiscard]] Result<std::string> compress_gzip(std::string_view bytes, int level = 6);

}  // namespace goldtape::io
