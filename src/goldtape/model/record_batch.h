// Rows of a bronze table that is neither bars nor actions: listings, halts, trades, sessions. One shape
// serves all of them, so that a provider can deliver a new dataset by a table definition and a parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/table_def.h"

namespace goldtape::model {

/// NULL, boolean, integer (also days of a date and microseconds of an instant), double or text.
using Cell = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// Columns that every record table has around those of its own: `source` first, these last.
inline constexpr std::size_t kLineageColumns = 3;  ///< observed_at, ingested_at, load_id

/// The tables are those with a `date` column; their sort_columns are the key of a row.
struct RecordBatch {
  std::string table;  ///< "bronze.listings"
  std::string source;
  Timestamp observed_at{};
  /// For each row the cells of the table's columns after `source` and before the lineage, in their order.
  std::vector<std::vector<Cell>> rows;
  std::vector<std::uint32_t> line;  ///< Where each row stood in the answer, from 1.
  /// What the answer says about itself that a person should know ("the two lists are of different days").
  std::vector<std::string> notes;
};

/// Rows that fit a table of records. Errors: GT1120 no such table; kInternal GT1121 a row whose cells do not
/// fit the columns (count, type, NULL where none may be), or a table that holds no records.
[[nodiscard]] Status check_records(const RecordBatch& batch);

/// The cell of a row by the column's name. Requires: the table has it.
[[nodiscard]] const Cell& cell(const RecordBatch& batch, std::size_t row, std::string_view column);

/// A text cell; NULL for an empty text.
[[nodiscard]] inline Cell text_or_null(std::string_view text) {
  return text.empty() ? Cell() : Cell(std::string(text));
}

}  // namespace goldtape::model
