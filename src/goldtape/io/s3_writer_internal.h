// A file on its way to S3. Not public.
#pragma once

#include <memory>

#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_client_internal.h"

namespace goldtape::io {

/// Small files are one PUT at commit; larger ones a multipart upload, four parts at a time, which commit puts
/// together and dropping the writer aborts. See s3_filesystem.h for what the options come to.
[[nodiscard]] std::unique_ptr<FileWriter> make_s3_writer(std::shared_ptr<S3Client> client, S3Location at,
                                                         WriteOptions options);

}  // namespace goldtape::io
