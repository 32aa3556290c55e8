// Objects of a bucket with the version of their bytes, for whoever keeps copies of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/io/s3_options.h"

namespace goldtape::io {

struct S3Object {
  std::string path;  ///< "s3://bucket/key"
  std::uint64_t size_bytes = 0;
  Timestamp modified{};
  std::string etag;  ///< Without its quotes; another one for other bytes.
};

/// All objects below a prefix that is taken for a folder, sorted by path; none when nothing lies below.
/// Errors: as the file system's.
[[nodiscard]] Result<std::vector<S3Object>> list_s3_objects(const S3Options& options,
                                                            const S3Location& below);

}  // namespace goldtape::io
