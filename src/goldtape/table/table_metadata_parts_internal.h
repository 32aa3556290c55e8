// The parts of table metadata as JSON, for documents that hold them apart. Not public.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "goldtape/table/json_internal.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table::internal {

// Reading: JsonFault as in json_internal.h.
[[nodiscard]] Schema schema_from(const JsonNode& node);
/// A field without "field-id" has 0: the table is to give it one.
[[nodiscard]] PartitionSpec spec_from(const JsonNode& node);
[[nodiscard]] SortOrder sort_order_from(const JsonNode& node);
[[nodiscard]] Snapshot snapshot_from(const JsonNode& node);
[[nodiscard]] SnapshotRef ref_from(const JsonNode& node);

[[nodiscard]] nlohmann::ordered_json json_of(const Schema& schema);
[[nodiscard]] nlohmann::ordered_json json_of(const PartitionSpec& spec);
[[nodiscard]] nlohmann::ordered_json json_of(const SortOrder& order);
[[nodiscard]] nlohmann::ordered_json json_of(const Snapshot& snapshot);
[[nodiscard]] nlohmann::ordered_json json_of(const SnapshotRef& ref);

}  // namespace goldtape::table::internal
