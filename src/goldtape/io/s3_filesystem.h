// Files of an S3 service, "s3://bucket/key": AWS, MinIO and whatever else speaks it with conditional writes.
// docs/s3.md is the guide, ADR 0010 says why this is our own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_options.h"

namespace goldtape::io {

/// A file system of S3 paths. All that filesystem.h promises, by these means:
///
/// - A file is there as a whole or not at all, by one PUT or one completed multipart upload. Write-once is
///   `If-None-Match: *`: of many writers the service lets one through, whatever machine they run on. A write
///   whose answer was lost is found out by a mark in the object's metadata.
/// - Each request has a deadline and is tried again, after a random growing pause, on 500, 502, 503
/// (SlowDown),
///   504, 429, timeouts and broken connections.
/// - read_many coalesces pieces that lie close together and has `max_in_flight` requests under way; large
///   pieces are split. read and read_range of large pieces do the same.
/// - There are no directories: a path is one when something lies below it, and making one does nothing.
/// - free_space_bytes is without bound.
[[nodiscard]] std::shared_ptr<FileSystem> s3_filesystem(const S3Options& options);

}  // namespace goldtape::io
