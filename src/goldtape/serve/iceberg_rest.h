// The Iceberg REST catalog, API v1, over a catalog of ours: PyIceberg, Spark, Trino and DuckDB list, make,
// read and commit the lake's tables through it. docs/serve.md tells how to attach them and what is refused.
#pragma once

#include <string>

#include "goldtape/serve/http_message.h"
#include "goldtape/table/catalog.h"

namespace goldtape::serve {

struct IcebergRestOptions {
  std::string token;  ///< What clients must send as `Authorization: Bearer TOKEN`; empty: nothing.
};

/// Answers everything under /v1. Thread safe. `catalog` must outlive it; its metadata files lie where it
/// writes them, and clients read and write the data files themselves.
///
/// Errors are the protocol's: {"error": {"message", "type", "code"}}. A commit is answered 409
/// CommitFailedException when a requirement does not hold or other writers keep being first (nothing has
/// changed), and 500 CommitStateUnknownException when its outcome is not known.
[[nodiscard]] Handler iceberg_rest_handler(table::Catalog& catalog, IcebergRestOptions options);

}  // namespace goldtape::serve
