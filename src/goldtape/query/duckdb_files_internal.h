// The lake's S3 files inside DuckDB. Not public; DuckDB's C++ API, which is of exactly the pinned version,
// stays in duckdb_files.cc.
#pragma once

#include <memory>

#include <duckdb.h>

#include "goldtape/base/result.h"
#include "goldtape/query/remote_files_internal.h"

namespace goldtape::query::internal {

/// Makes "s3://" paths readable in a database; writing there is refused. `files` lives as long as the
/// database. Errors: GT6009.
[[nodiscard]] Status register_files(duckdb_database database, std::shared_ptr<RemoteFiles> files);

}  // namespace goldtape::query::internal
