// Answers of queries as text or files: table, CSV, JSON, NDJSON, Parquet.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"

namespace goldtape::query {

enum class OutputFormat : std::uint8_t { kTable, kCsv, kJson, kNdjson, kParquet };

/// table | csv | json | ndjson | parquet. Errors: GT6010, lists them.
[[nodiscard]] Result<OutputFormat> parse_output_format(std::string_view text);

struct OutputOptions {
  OutputFormat format = OutputFormat::kTable;
  /// kTable only: rows shown, the first and the last of them when there are more; 0 shows all.
  std::int64_t max_rows = 0;
  int max_column_width = 60;  ///< kTable only: longer values are cut with an ellipsis.
};

/// Writes all rows of a reader; the number of rows. Streams, except for kTable, which has to see all rows
/// shown to align them. CSV is RFC 4180 with a header, NULL an empty field and an empty text "". JSON is an
/// array of objects, NDJSON one object a line. Parquet is zstd with one row group a million rows.
/// Errors: the query's own (GT6001), GT7001 when the stream fails.
Result<std::int64_t> write_rows(arrow::RecordBatchReader& rows, const OutputOptions& options,
                                std::ostream& out);

}  // namespace goldtape::query
