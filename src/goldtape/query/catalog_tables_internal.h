// The catalog as tables of a session: ops.tables and ops.snapshots. Not public.
#pragma once

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::query::internal {

class Engine;

/// Makes them, empty. Requires: the schemas ops and ops_rows.
Status create_catalog_tables(Engine& engine);
/// Fills them as the catalog is now.
Status fill_catalog_tables(Engine& engine, const lake::Lake& lake);

}  // namespace goldtape::query::internal
