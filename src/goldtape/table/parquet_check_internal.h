// Looks through a Parquet file page by page: that everything its footer promises can be read. Not public.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::table::internal {

/// What is wrong, in words, first faults first and 10 at most; empty for a sound file. Reads every page,
/// checks its checksum where the writer kept one, and the page index where there is one: as many entries as
/// pages, and the rows of each page where it says.
[[nodiscard]] std::vector<std::string> check_pages(const std::shared_ptr<io::FileSystem>& filesystem,
                                                   const std::string& path);

}  // namespace goldtape::table::internal
