// One Parquet data file: our encodings, field ids, page index, and the metrics that manifests keep.
// ADR 0004 has the measurements behind the settings.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

enum class ParquetCodec : std::uint8_t { kUncompressed, kSnappy, kZstd };

struct ParquetOptions {
  ParquetCodec codec = ParquetCodec::kSnappy;
  std::int64_t row_group_rows = 65'536;
  std::int64_t page_rows = 1'024;
};

/// Rows that are made while they are written, so that never all of them take memory.
struct RowSource {
  std::int64_t rows = 0;
  /// So many from this one on. Called for all in their order, each once, by the thread that writes.
  std::function<Result<std::shared_ptr<arrow::Table>>(std::int64_t first, std::int64_t count)> take = {};
};

/// Writes rows to a new file and fills in a DataFile (metrics, sizes, split offsets; not partition, spec or
/// sort order). `rows` has the columns of to_arrow(schema), in its order; strings may be dictionaries of
/// distinct ones, which saves looking at each row's: the file is the same.
/// Errors: io's, those of `rows`; kUsage GT4030 columns that are not the schema's, NULL in a required column.
[[nodiscard]] Result<DataFile> write_parquet(io::FileSystem& filesystem, const std::string& path,
                                             const Schema& schema, const RowSource& rows,
                                             const ParquetOptions& options = {});
[[nodiscard]] Result<DataFile> write_parquet(io::FileSystem& filesystem, const std::string& path,
                                             const Schema& schema, const arrow::Table& rows,
                                             const ParquetOptions& options = {});

}  // namespace goldtape::table
