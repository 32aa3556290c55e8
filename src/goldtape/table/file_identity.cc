#include <chrono>

#include <fmt/format.h>

#include "goldtape/io/s3_options.h"
#include "goldtape/table/file_identity_internal.h"

namespace goldtape::table::internal {

Result<FileIdentity> identify(io::FileSystem& filesystem, const std::string& path) {
  if (io::is_s3_path(path)) return FileIdentity{.key = path, .bytes = -1, .settled = true};
  GT_ASSIGN(const io::FileInfo info, filesystem.info(path));
  constexpr std::chrono::milliseconds kTick{20};  // Kernels stamp files by a clock of 1 to 10 ms.
  return FileIdentity{
      .key = fmt::format("{}\n{}\n{}", path, info.size_bytes, to_micros(info.modified)),
      .bytes = static_cast<std::int64_t>(info.size_bytes),
      .settled = std::chrono::system_clock::now() - info.modified > kTick,
  };
}

}  // namespace goldtape::table::internal
