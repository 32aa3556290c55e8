// What was read from a slow file system, kept on this machine's disk.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "goldtape/io/filesystem.h"

namespace goldtape::io {

struct ReadCacheOptions {
  std::string folder;  ///< Made when needed; several programs may share it.
  std::uint64_t max_bytes = 0;
  std::string origin;  ///< Of which service the paths are: equal paths of two services stay apart.
};

/// A file system that answers a read that was asked before (same file, offset and length) from the folder.
/// For files that are written once, as a lake's are: what another machine replaces or removes is not noticed.
/// What is replaced or removed through this file system is forgotten. info and list always ask.
///
/// Each piece carries a checksum; one that is damaged is read again. Beyond max_bytes the pieces used longest
/// ago go. Whatever is wrong with the folder (full, no permission), reads work as without it. Thread safe.
[[nodiscard]] std::shared_ptr<FileSystem> cached_filesystem(std::shared_ptr<FileSystem> slow,
                                                            ReadCacheOptions options);

}  // namespace goldtape::io
