// Column metrics from Parquet footers. Not public.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/table/literal.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/schema.h"

namespace parquet {
class ColumnDescriptor;
class FileMetaData;
class SchemaDescriptor;
class Statistics;
}  // namespace parquet

namespace goldtape::table::internal {

/// Field id of each leaf column of a file, -1 for one that is not of the schema. By the file's own ids, or by
/// name when it has none.
[[nodiscard]] std::vector<std::int32_t> leaf_field_ids(const parquet::SchemaDescriptor& file,
                                                       const Schema& schema);

/// The least and the greatest value, where both are known.
struct Bounds {
  std::optional<Literal> lower;
  std::optional<Literal> upper;
};
/// As values of `type`; none where the file's order of values is not the table's.
[[nodiscard]] Bounds bounds_of(const parquet::ColumnDescriptor& column, const parquet::Statistics& statistics,
                               const Type& type);
/// A value of an INT32 or INT64 column. Requires: `type` is stored as one.
[[nodiscard]] Literal integer_literal(std::int64_t value, const Type& type);

/// Metrics of a whole file, or of one row group of it. Bounds are exact and whole here (no cut strings).
[[nodiscard]] DataFile metrics_of(const parquet::FileMetaData& metadata, const Schema& schema,
                                  std::optional<int> row_group = {});

/// Cuts the bounds of strings and binaries to 16 code points or bytes, so that they still are bounds.
void shorten_bounds(DataFile& file, const Schema& schema);

/// A string's first 16 code points raised to be above every string that starts with them; whole when the
/// string is not longer, absent when there is no such string.
[[nodiscard]] std::optional<std::string> raise_prefix(const std::string& text, bool is_utf8);

}  // namespace goldtape::table::internal
