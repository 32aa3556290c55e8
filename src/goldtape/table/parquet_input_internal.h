// What all readers of data files share: how one that cannot be read is told, and what a footer may claim. Not
// public.
#pragma once

#include <string>
#include <string_view>

#include <parquet/properties.h>

#include "goldtape/base/result.h"

namespace goldtape::table::internal {

/// kDamaged GT4025 with the file's path.
[[nodiscard]] std::unexpected<Error> unreadable(const std::string& path, std::string_view words);

/// Parquet's own, with a bound on what a footer makes us allocate.
[[nodiscard]] parquet::ReaderProperties bounded_reader_properties();

}  // namespace goldtape::table::internal
