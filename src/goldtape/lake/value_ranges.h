// Cuts the rows of a partition into pieces that memory can hold, security by security.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

/// Rows whose value lies between two, both included.
struct ValueRange {
  table::Literal from;
  table::Literal to;
  std::int64_t rows = 0;
};

/// The column that tells securities apart: "security_id", in bronze "ticker". Nothing for a table without one
/// that is required.
[[nodiscard]] std::optional<table::Field> security_column(const table::Table& table);

/// Ranges in ascending order that hold all rows, each of at most `max_rows` unless one value alone has more.
/// Reads only that column, file by file. Errors: kDamaged GT4025 and io's.
[[nodiscard]] Result<std::vector<ValueRange>> cut_by_value(const table::Table& table,
                                                           const table::Field& column,
                                                           const std::vector<table::ScanTask>& tasks,
                                                           std::int64_t max_rows);

/// Whether no two files share values of the column, by the bounds in their manifests.
[[nodiscard]] bool values_are_apart(const table::Field& column, const std::vector<table::ScanTask>& tasks);

}  // namespace goldtape::lake
