// Writes position delete files. Source: Iceberg table spec v2, "Position Delete Files".
#pragma once

#include <cstdint>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

/// Writes a file that deletes these rows (places in the file, ascending) of one live data file, in its
/// partition, and that names it: it goes when the data file goes. The caller commits it, or removes it.
/// Errors: io's.
[[nodiscard]] Result<DataFile> write_position_deletes(const Table& table, const DataFile& data_file,
                                                      const std::vector<std::int64_t>& rows);

/// The position delete files of a task that are about its data file alone.
[[nodiscard]] std::vector<const DeleteFile*> deletes_of_file(const ScanTask& task);

/// As write_position_deletes, with what `deletes_of_file` takes out already: the new file replaces those.
/// Errors: also GT4402 what is in them.
[[nodiscard]] Result<DataFile> write_more_position_deletes(const Table& table, const ScanTask& task,
                                                           std::vector<std::int64_t> rows);

}  // namespace goldtape::table
