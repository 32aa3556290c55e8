// Reads only the pages of Parquet files that can hold the rows asked for, of many files at once. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/schema.h"

namespace goldtape::table::internal {

struct PageScanFile {
  std::string path;
  std::int64_t bytes = 0;
  BoundExpression filter;
  std::vector<std::int64_t> deleted =
      {};  ///< Rows, counted from 0 in the file, that are left out; ascending.
};

struct PageScan {
  Schema projection;
  Schema table_schema;  ///< What the filters are bound to.
  bool decimals_as_doubles = false;
  std::vector<PageScanFile> files;
};

/// The rows that match, file by file, each column of numbers in one piece; null when a file is laid out so
/// that it must be read as a whole (no page index, nested or promoted columns, types not stored as the table
/// has them). Errors: kDamaged GT4025, GT4031 a filter on a type without order, io's.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> read_pages(io::FileSystem& filesystem,
                                                               const PageScan& scan);

}  // namespace goldtape::table::internal
