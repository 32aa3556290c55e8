// The Delta Lake transaction log as JSON lines: reading a log's state, and the actions that we write. Not
// public. Source: the Delta Transaction Log Protocol (delta-io/delta, PROTOCOL.md), reader version 1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table.h"

namespace goldtape::lake::internal {

inline constexpr const char* kDeltaEngine = "goldtape";

/// How a table looks to Delta.
struct DeltaShape {
  std::string schema_string;
  std::vector<std::string> partition_columns;
  bool needs_timestamp_ntz = false;
  bool operator==(const DeltaShape&) const = default;
};

/// What a log adds up to.
struct DeltaState {
  std::int64_t version = -1;  ///< -1: there is no log yet.
  std::string table_uuid;     ///< As our metaData say; empty for another program's.
  bool foreign = false;       ///< Another program wrote a version.
  DeltaShape shape;
  std::map<std::string, std::int64_t> files;  ///< Live, by path as the log spells it; sizes.
};

/// The schema and partition columns. Errors: kUnsupported GT5131 a type, or a column that was renamed: Delta
/// finds columns of a file by name.
[[nodiscard]] Result<DeltaShape> delta_shape(const table::Table& table);

/// A file's path relative to the table, percent-encoded. Errors: kUnsupported GT5131 a file outside it.
[[nodiscard]] Result<std::string> delta_path(const table::Table& table, const table::DataFile& file);

/// Replays one version of a log. Errors: kDamaged GT5132.
Status replay_delta(const std::string& json_lines, const std::string& where, DeltaState& state);

[[nodiscard]] std::string protocol_action(const DeltaShape& shape);
[[nodiscard]] std::string metadata_action(const table::Table& table, const DeltaShape& shape);
[[nodiscard]] std::string add_action(const table::Table& table, const DeltaShape& shape,
                                     const table::DataFile& file, const std::string& path,
                                     std::int64_t modified_ms);
[[nodiscard]] std::string remove_action(const std::string& path, std::int64_t size, std::int64_t now_ms);
[[nodiscard]] std::string commit_action(std::int64_t snapshot_id, std::int64_t now_ms);

}  // namespace goldtape::lake::internal
