// Delete files for another place. Position deletes name data files inside themselves, so they are written
// anew.
#pragma once

#include <memory>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/relocate.h"

namespace goldtape::table {

/// The delete file as it stands at the new place, where it is put durably: position deletes under another
/// name, with the data files' new places; equality deletes, which compare values, byte by byte. One that lies
/// outside and names nothing that moves stays. Errors: kDamaged GT4025, GT4402; kUnsupported GT5123 a format
/// that is not read here; io's.
[[nodiscard]] Result<DataFile> relocate_deletes(const DataFile& file, const Relocation& relocation,
                                                const std::shared_ptr<io::FileSystem>& files);

}  // namespace goldtape::table
