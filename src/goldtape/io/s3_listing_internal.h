// What lies below a prefix of a bucket. Not public.
#pragma once

#include <vector>

#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_client_internal.h"

namespace goldtape::io {

/// Of an object, from the headers of HEAD. Errors: GT7109 headers that cannot be read.
[[nodiscard]] Result<FileInfo> file_info(const S3Location& at, const HeaderMap& headers);

/// Sorted by path; nothing when nothing lies below. Errors: the client's.
[[nodiscard]] Result<std::vector<FileInfo>> list_below(S3Client& client, const S3Location& at,
                                                       bool recursive);

[[nodiscard]] Result<bool> has_any_below(S3Client& client, const S3Location& at);

}  // namespace goldtape::io
