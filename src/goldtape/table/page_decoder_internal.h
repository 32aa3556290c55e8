// Rows out of the pages of one column of one row group. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/column_output_internal.h"
#include "goldtape/table/parquet_layout_internal.h"
#include "goldtape/table/row_ranges_internal.h"

namespace goldtape::table::internal {

/// Some pages of a chunk, as they lie in the file; the bytes are kept elsewhere.
struct PageBytes {
  struct Page {
    RowRange rows;  ///< Within the row group.
    std::string_view bytes;
  };
  std::string_view dictionary;  ///< Its page, if there is one.
  std::vector<Page> pages;
};

/// Writes the wanted rows to the output from row `at` on. Requires: the pages hold all of them; not strings.
/// Throws parquet::ParquetException for pages that are not what the index says.
void decode_numbers(const LayoutColumn& column, const LayoutChunk& chunk, const PageBytes& pages,
                    const RowRanges& wanted, ColumnOutput& out, std::int64_t at);

/// The same for strings, as an array of their own.
[[nodiscard]] std::shared_ptr<arrow::Array> decode_strings(const LayoutColumn& column,
                                                           const LayoutChunk& chunk, const PageBytes& pages,
                                                           const RowRanges& wanted);

}  // namespace goldtape::table::internal
