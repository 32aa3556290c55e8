// The tables of the operations database and their versions. docs/formats.md describes the layout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "goldtape/store/database.h"

namespace goldtape::store {

/// The schema version this program writes.
inline constexpr std::int64_t kSchemaVersion = 1;

/// Brings the database to kSchemaVersion, each step in its own transaction. Database::open calls it.
/// Errors: kUnsupported GT4004 when the file's version is greater, or older and `read_only`.
Status migrate(Database& database);

/// The file's version; 0 for an empty one.
[[nodiscard]] Result<std::int64_t> schema_version(Database& database);

/// Facts about the lake itself (table `meta`): "lake_id", "warehouse_location", ...
[[nodiscard]] Result<std::optional<std::string>> get_meta(Database& database, std::string_view key);
Status set_meta(Transaction& transaction, std::string_view key, std::string_view value);

}  // namespace goldtape::store
