#include "goldtape/provider/files/csv_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"

namespace goldtape::provider::files {

namespace {

/// The names by which `columns` finds the roles that the dialect lists in order.
std::vector<std::string> names_in_order(Dialect& dialect) {
  std::vector<std::string> names = dialect.column_order;
  dialect.columns.clear();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    const Result<Role> role = parse_role(names[i]);
    if (role) dialect.columns[*role] = {names[i]};
  }
  return names;
}

}  // namespace

CsvTable::CsvTable(std::string_view text, Dialect dialect, std::string_view where)
    : dialect_(std::move(dialect)),
      where_(where),
      scanner_(text, dialect_.delimiter, dialect_.quote, where) {}

Result<CsvTable> CsvTable::open(std::string_view text, const Dialect& dialect, Dataset dataset,
                                std::string_view where) {
  Dialect settled = dialect;
  if (settled.delimiter == 0) {
    const std::size_t begin = std::min(text.find_first_not_of("\r\n"), text.size());
    const std::string_view header = text.substr(begin, text.find('\n', begin) - begin);
    settled.delimiter = sniff_delimiter(header, dialect, dataset);
  }
  CsvTable table(text, std::move(settled), where);
  std::vector<std::string> names;
  const bool has_header = table.dialect_.column_order.empty();
  if (has_header) {
    GT_RETURN_IF_ERROR(table.scanner_.next(table.fields_));
    for (const Field& field : table.fields_) names.emplace_back(field.text);
  } else {
    Dialect by_order = table.dialect_;
    names = names_in_order(by_order);
    GT_ASSIGN(table.map_, map_columns(names, by_order, dataset, where));
    return table;
  }
  GT_ASSIGN(table.map_, map_columns(names, table.dialect_, dataset, table.here()));
  return table;
}

Result<bool> CsvTable::next() {
  GT_ASSIGN(const bool found, scanner_.next(fields_));
  if (found && fields_.size() != map_.width) {
    return fail(ErrorKind::kDamaged, 2026,
                fmt::format("{} fields where {} columns were named: '{}'", fields_.size(), map_.width,
                            excerpt(row_text())),
                here());
  }
  return found;
}

std::string CsvTable::here() const { return fmt::format("{}:{}", where_, line()); }

}  // namespace goldtape::provider::files
