// Arrow columns of any sensible type as the numbers, texts and times a bar is made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/provider/files/dialect.h"
#include "goldtape/provider/files/ts_text.h"

namespace goldtape::provider::files {

/// Where a column chunk stands, for errors: "file:row", rows counted from 1.
struct CellPlace {
  std::string_view where;
  std::uint64_t first_row;  ///< 1-based number of the chunk's first row in the file.
  Role role;
  [[nodiscard]] std::string at(std::int64_t i) const;
};

template <typename T>
struct NumberCells {
  std::vector<T> value;
  std::vector<std::uint8_t> missing;  ///< 1: null, or NaN as pandas writes a null.
};

/// double, float, integers, decimals (to the nearest double). Errors: GT2028 infinite, GT2041 another type.
[[nodiscard]] Result<NumberCells<double>> read_decimals(const arrow::Array& column, const CellPlace& place);
/// Integers; doubles and decimals without a fraction. Errors: GT2028, GT2029, GT2041.
[[nodiscard]] Result<NumberCells<std::int64_t>> read_integers(const arrow::Array& column,
                                                              const CellPlace& place);
/// Strings, plain or dictionary-encoded; views into the column. Errors: GT2034 null, GT2041.
[[nodiscard]] Result<std::vector<std::string_view>> read_texts(const arrow::Array& column,
                                                               const CellPlace& place);
/// Timestamps with and without zone, dates, and, by the dialect's ts_format, integers and strings ("auto" is
/// settled by the first value). Errors: GT2030, GT2041.
[[nodiscard]] Result<std::vector<ReadTime>> read_times(const arrow::Array& column, Dialect& dialect,
                                                       const CellPlace& place);

}  // namespace goldtape::provider::files
