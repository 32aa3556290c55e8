// Block codecs of Avro container files. Not public.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::table::avro::internal {

/// Decompresses a block. Codec names as in "avro.codec".
/// Errors: kDamaged GT4022 (broken, or more than `max_bytes`), kUnsupported GT4023.
[[nodiscard]] Result<std::string> decompress(std::string_view codec, std::string_view bytes,
                                             std::uint64_t max_bytes);

/// Raw deflate (RFC 1951). Errors: kInternal GT4022.
[[nodiscard]] Result<std::string> deflate_raw(std::string_view bytes);

}  // namespace goldtape::table::avro::internal
