// The opening of a CSV file: delimiter, header and columns settled, ready to give rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/provider/files/columns.h"
#include "goldtape/provider/files/csv_scanner.h"
#include "goldtape/provider/files/dialect.h"

namespace goldtape::provider::files {

/// Rows of a CSV file with as many fields as its header. Not thread safe.
class CsvTable {
 public:
  /// Reads the header; settles dialect.delimiter. `text` and `where` must outlive the table.
  /// Errors (kDamaged): GT2023 no rows below the header, columns.h's, csv_scanner.h's.
  [[nodiscard]] static Result<CsvTable> open(std::string_view text, const Dialect& dialect, Dataset dataset,
                                             std::string_view where);

  /// The next row; false at the end. Errors (kDamaged): GT2026 more or fewer fields than the header.
  [[nodiscard]] Result<bool> next();
  [[nodiscard]] std::string_view cell(Role role) const { return fields_[map_.at(role)].text; }
  [[nodiscard]] bool has(Role role) const { return map_.has(role); }
  [[nodiscard]] std::uint32_t line() const { return scanner_.line(); }
  [[nodiscard]] std::string_view row_text() const { return scanner_.row_text(); }
  [[nodiscard]] const Dialect& dialect() const { return dialect_; }
  [[nodiscard]] const ColumnMap& columns() const { return map_; }
  [[nodiscard]] std::string_view where() const { return where_; }
  /// "file:line" of the row last given.
  [[nodiscard]] std::string here() const;

 private:
  CsvTable(std::string_view text, Dialect dialect, std::string_view where);

  Dialect dialect_;
  std::string_view where_;
  CsvScanner scanner_;
  ColumnMap map_;
  std::vector<Field> fields_;
};

}  // namespace goldtape::provider::files
