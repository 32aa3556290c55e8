// A file's columns as the table's schema has them now. Not public.
// Source: Iceberg table spec v2, "Column Projection", "Schema Evolution".
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/schema.h"

namespace goldtape::table::internal {

/// Which of these fields is the wanted one, by id or, when the file has no ids, by name; -1 for none.
[[nodiscard]] int find_field(const arrow::FieldVector& fields, const Field& wanted, bool has_ids);

[[nodiscard]] Result<std::shared_ptr<arrow::ChunkedArray>> all_null(
    const std::shared_ptr<arrow::DataType>& type, std::int64_t rows);

/// A column with the wanted names, order and types, at all depths: fields of structs are matched as columns
/// are, NULL where there is none, and promoted. Errors: GT4025 a type that cannot be promoted (the caller
/// says where).
[[nodiscard]] Result<std::shared_ptr<arrow::ChunkedArray>> conform_column(const arrow::ChunkedArray& column,
                                                                          const arrow::Field& field,
                                                                          const Field& wanted, bool has_ids);

}  // namespace goldtape::table::internal
