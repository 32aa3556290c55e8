// Locations as metadata stores them, and the paths of io::FileSystem that they name. docs/formats.md says
// which form we write and why: absolute `file:///` and `s3://` URIs, which PyIceberg, DuckDB and Spark all
// open.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::table {

/// "/lake/x y" -> "file:///lake/x y" (not percent-encoded: Iceberg's locations are plain strings); an S3 path
/// is its own location. Requires: an absolute path.
[[nodiscard]] std::string to_location(std::string_view path);

/// The path of a location: "file:///p", "file:/p", "file://localhost/p" and "/p" are "/p"; "s3://b/k",
/// "s3a://b/k" and "s3n://b/k" are "s3://b/k". Errors: kUnsupported GT4026 for another scheme; kDamaged
/// GT4026 for a relative path or one with "..".
[[nodiscard]] Result<std::string> to_path(std::string_view location);

/// One spelling for all locations of the same file, for comparing.
[[nodiscard]] std::string normalise_location(std::string_view location);

/// A random UUID (version 4), as names of metadata, manifest and data files.
[[nodiscard]] std::string new_uuid();

}  // namespace goldtape::table
