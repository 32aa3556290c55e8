// The one file of a zip archive in memory, with an eye on hostile ones. Nothing is written to disk.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::provider::files {

struct ZipEntry {
  std::string name;  ///< As the archive has it: relative, without "..".
  std::string bytes;
};

/// Whether bytes begin as a zip archive does.
[[nodiscard]] bool is_zip(std::string_view bytes);

/// The only entry of an archive. Errors, `where` as given: kDamaged GT2250 cut short or damaged (its checksum
/// too), GT2251 no entry or several, GT2253 a name that is absolute or climbs out, GT2003 more comes out than
/// 64 MiB and 200 times the packed size, or than 4 GiB; kUnsupported GT2252 encrypted, or packed in a way
/// that is not read.
[[nodiscard]] Result<ZipEntry> read_zip_entry(std::string_view bytes, std::string_view where);

}  // namespace goldtape::provider::files
