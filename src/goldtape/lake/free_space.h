// Room on the disk, asked for before a load starts instead of found missing in its middle.
#pragma once

#include <cstdint>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

/// What a load of answers may take: the raw copy, the table files, and as much again for files that are
/// written anew. Compressed answers grow as they are unpacked, and shrink again as Parquet.
[[nodiscard]] std::uint64_t space_needed_bytes(std::uint64_t answer_bytes);

/// Errors: kIo GT5030 with both figures; io's.
Status require_free_space(const Lake& lake, std::uint64_t needed_bytes);

}  // namespace goldtape::lake
