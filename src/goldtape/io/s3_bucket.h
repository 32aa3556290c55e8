// A bucket made ready for a lake: it keeps what is overwritten or removed for a while, and sweeps up after
// uploads that were never finished.
#pragma once

#include <string>
#include <vector>

#include "goldtape/io/s3_options.h"

namespace goldtape::io {

/// Days that a replaced or removed file can still be had back, and that an unfinished upload is kept.
inline constexpr int kKeepOldVersionsDays = 30;
inline constexpr int kKeepUploadsDays = 7;

struct S3BucketReport {
  bool created = false;
  bool versioning = false;           ///< On now.
  bool lifecycle = false;            ///< The rules stand now.
  std::vector<std::string> remarks;  ///< What the service or the permissions did not allow.
};

/// Turns versioning on and sets lifecycle rules for what lies below the location; rules of others stay. What
/// is not allowed becomes a remark. Repeated, it changes nothing. Errors: kNotFound GT7103 no such bucket and
/// not `may_create`, the file system's.
[[nodiscard]] Result<S3BucketReport> prepare_s3_bucket(const S3Options& options, const S3Location& location,
                                                       bool may_create);

/// Whether the bucket can be read, for diagnosis. Errors: as the file system's.
[[nodiscard]] Status reach_s3_bucket(const S3Options& options, const S3Location& location);

}  // namespace goldtape::io
