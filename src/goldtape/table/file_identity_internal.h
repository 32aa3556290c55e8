// What tells a file's content from another's without reading it. Not public.
#pragma once

#include <cstdint>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::table::internal {

/// The files of a table are never written twice, but a lake may be restored, mended by hand or damaged while
/// a program runs: what is kept of a file in memory is kept under its identity.
struct FileIdentity {
  std::string key;          ///< Path and, on a disk, size and time.
  std::int64_t bytes = -1;  ///< -1: not known without a round trip (S3, where no object is written twice).
  bool settled =
      true;  ///< False: so new that another writing within a tick of the disk's clock would not show.
};

/// Errors: io's.
[[nodiscard]] Result<FileIdentity> identify(io::FileSystem& filesystem, const std::string& path);

}  // namespace goldtape::table::internal
