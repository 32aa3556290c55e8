// Table metadata as JSON, the *.metadata.json files. Source: Iceberg table spec v2, Appendix C.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

/// Reads format 2 (and 1, as 2). Safe on hostile bytes: at most 256 MiB, 64 levels deep, checked.
/// Errors: kDamaged GT4020 with the path of the offending member; kUnsupported GT4021 for a later format
/// version or type, by name.
[[nodiscard]] Result<TableMetadata> parse_table_metadata(std::string_view json);
/// One line of JSON, stable member order.
[[nodiscard]] std::string to_json(const TableMetadata& metadata);

/// A schema alone, as it also stands in manifests.
[[nodiscard]] Result<Schema> parse_schema(std::string_view json);
[[nodiscard]] std::string to_json(const Schema& schema);
/// The fields of a spec alone, as they stand in manifests.
[[nodiscard]] std::string fields_to_json(const PartitionSpec& spec);

}  // namespace goldtape::table
