// Writes position delete files. Source: Iceberg table spec v2, "Position Delete Files".
#pragma once

#include <cstdint>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

/// Writes a file that deletes these rows (places in the file, ascending) of one live data file, in its
/// partition, and that names it: it goes when the data file goes. The caller commits it, or removes it.
/// Errors: io's.
[[nodiscard]] Result<DataFile> write_position_deletes(const Table& table, const DataFile& data_file,
                                                      const std::vector<std::int64_t>& rows);

}  // namespace goldtape::table
