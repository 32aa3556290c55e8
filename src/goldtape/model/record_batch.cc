#include "goldtape/model/record_batch.h"

#include <fmt/format.h>

namespace goldtape::model {

namespace {

bool fits(const Cell& cell, const Column& column) {
  switch (column.type.id) {
    case TypeId::kBoolean: return std::holds_alternative<bool>(cell);
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kDate:
    case TypeId::kTimestampTz: return std::holds_alternative<std::int64_t>(cell);
    case TypeId::kFloat64: return std::holds_alternative<double>(cell);
    case TypeId::kString: return std::holds_alternative<std::string>(cell);
    case TypeId::kDecimal: return false;
  }
  return false;
}

}  // namespace

Status check_records(const RecordBatch& batch) {
  GT_ASSIGN(const TableDef* def, find_table(batch.table));
  const auto refuse = [&](std::string message) {
    return fail(ErrorKind::kInternal, 1121, std::move(message), batch.table);
  };
  const std::size_t columns = def->columns.size();
  if (def->find("date") < 0 || def->find("source") != 0 || columns < 1 + kLineageColumns) {
    return refuse("the table holds no records");
  }
  for (const std::vector<Cell>& row : batch.rows) {
    if (row.size() != columns - 1 - kLineageColumns) {
      return refuse(
          fmt::format("a row has {} cells for {} columns", row.size(), columns - 1 - kLineageColumns));
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Column& column = def->columns[i + 1];
      const bool null = std::holds_alternative<std::monostate>(row[i]);
      if (null ? column.required : !fits(row[i], column)) {
        return refuse(fmt::format("a cell of column '{}' does not fit it", column.name));
      }
    }
  }
  return batch.line.size() == batch.rows.size() ? Status{} : refuse("rows and their lines differ in number");
}

const Cell& cell(const RecordBatch& batch, std::size_t row, std::string_view column) {
  const TableDef* def = find_table(batch.table).value();
  return batch.rows[row][static_cast<std::size_t>(def->find(column) - 1)];
}

}  // namespace goldtape::model
