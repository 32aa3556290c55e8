// One file system for all paths: "s3://..." goes to S3, everything else to this machine's disk.
#pragma once

#include <functional>
#include <memory>

#include "goldtape/io/filesystem.h"

namespace goldtape::io {

/// `make_s3` is called at the first S3 path, so that a lake on a disk needs no credentials; its error is that
/// of every S3 path. Thread safe.
[[nodiscard]] std::shared_ptr<FileSystem> scheme_filesystem(
    std::shared_ptr<FileSystem> local, std::function<Result<std::shared_ptr<FileSystem>>()> make_s3);

}  // namespace goldtape::io
