// The operations database as tables of a session: their columns, and the session's copy of their rows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::query {

/// A column of ops.*, as SQL sees it. Also what the data dictionary prints.
struct OpsColumn {
  std::string_view name;
  std::string_view sql_type;  ///< VARCHAR, BIGINT or TIMESTAMPTZ.
  std::string_view doc;
};

struct OpsTable {
  std::string_view name;  ///< In the operations database and under `ops.`.
  std::string_view doc;
  std::span<const OpsColumn> columns;
};

/// load_audit, quality_results, runs, repairs.
[[nodiscard]] std::span<const OpsTable> ops_tables();

namespace internal {

class Engine;

/// Makes the empty tables ops.* of a session.
Status create_ops_tables(Engine& engine);
/// Fills them with the rows of now. Errors: the store's, GT6001.
Status fill_ops_tables(Engine& engine, const lake::Lake& lake);

}  // namespace internal
}  // namespace goldtape::query
