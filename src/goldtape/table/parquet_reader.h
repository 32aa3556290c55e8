// Reads one Parquet data file by field id, only the row groups and columns that are asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/partition_spec.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

class RowDeletes;

/// What to read of a file.
struct ParquetRead {
  std::string path;        ///< Local path.
  Schema projection;       ///< Columns to deliver, in order; one the file lacks is NULL.
  Schema table_schema;     ///< What the filter is bound to.
  BoundExpression filter;  ///< Rows that do not match are left out.
  std::shared_ptr<const RowDeletes> deletes = {};  ///< Rows that delete files take out; null for none.
  /// Set: row groups that may match are delivered whole, and this gets each row's place in the file.
  std::vector<std::int64_t>* places = nullptr;
};

/// The rows that match, with the projection's Arrow schema. Row groups whose statistics exclude a match
/// are not read. A file without field ids is read by name (files others added as they were).
/// Errors: kDamaged GT4025 (missing, cut, not Parquet, wrong types), io's.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> read_parquet(
    const std::shared_ptr<io::FileSystem>& filesystem, const ParquetRead& what);

/// A file's metrics, taken from its footer: what write_parquet would have said of it.
[[nodiscard]] Result<DataFile> parquet_metrics(const std::shared_ptr<io::FileSystem>& filesystem,
                                               const std::string& path, const Schema& schema);

}  // namespace goldtape::table
