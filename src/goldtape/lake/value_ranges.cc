#include "goldtape/lake/value_ranges.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <arrow/api.h>

#include "goldtape/table/parquet_reader.h"

namespace goldtape::lake {

namespace {

using table::Literal;
using table::TypeId;

struct Before {
  bool operator()(const Literal& a, const Literal& b) const { return table::compare(a, b) < 0; }
};
using Counts = std::map<Literal, std::int64_t, Before>;

/// Sorted files repeat a value many times: only its first row of a run is looked up.
template <typename Array, typename Value>
void count_runs(const arrow::Array& rows, Counts& counts) {
  const auto& values = static_cast<const Array&>(rows);
  for (std::int64_t row = 0; row < values.length();) {
    const auto value = values.GetView(row);
    std::int64_t end = row + 1;
    while (end < values.length() && values.GetView(end) == value) ++end;
    counts[Literal(Value(value))] += end - row;
    row = end;
  }
}

Status count_values(const table::Table& table, const table::Field& column, const std::string& path,
                    Counts& counts) {
  table::Schema projection = table.schema();
  projection.fields = {column};
  GT_ASSIGN(const auto rows,
            table::read_parquet(
                table.shared_filesystem(),
                {.path = path, .projection = projection, .table_schema = table.schema(), .filter = {}}));
  for (const auto& chunk : rows->column(0)->chunks()) {
    if (column.type.id == TypeId::kString) {
      count_runs<arrow::StringArray, std::string>(*chunk, counts);
    } else {
      count_runs<arrow::Int64Array, std::int64_t>(*chunk, counts);
    }
  }
  return {};
}

}  // namespace

std::optional<table::Field> security_column(const table::Table& table) {
  for (const char* name : {"security_id", "ticker"}) {
    const table::Field* column = table.schema().find(std::string_view(name));
    if (column != nullptr && column->required &&
        (column->type.id == TypeId::kString || column->type.id == TypeId::kLong)) {
      return *column;
    }
  }
  return std::nullopt;
}

Result<std::vector<ValueRange>> cut_by_value(const table::Table& table, const table::Field& column,
                                             const std::vector<table::ScanTask>& tasks,
                                             std::int64_t max_rows) {
  Counts counts;
  for (const table::ScanTask& task : tasks)
    GT_RETURN_IF_ERROR(count_values(table, column, task.path, counts));
  std::vector<ValueRange> ranges;
  for (const auto& [value, rows] : counts) {
    if (ranges.empty() || ranges.back().rows + rows > max_rows)
      ranges.push_back({.from = value, .to = value});
    ranges.back().to = value;
    ranges.back().rows += rows;
  }
  return ranges;
}

bool values_are_apart(const table::Field& column, const std::vector<table::ScanTask>& tasks) {
  std::vector<std::pair<Literal, Literal>> bounds;
  for (const table::ScanTask& task : tasks) {
    const std::string* lower = task.file.lower_bounds.find(column.id);
    const std::string* upper = task.file.upper_bounds.find(column.id);
    if (lower == nullptr || upper == nullptr) return false;
    const auto low = table::from_bytes(*lower, column.type);
    const auto high = table::from_bytes(*upper, column.type);
    if (!low || !high) return false;
    bounds.emplace_back(*low, *high);
  }
  std::ranges::sort(bounds,
                    [](const auto& a, const auto& b) { return table::compare(a.first, b.first) < 0; });
  return std::ranges::adjacent_find(bounds, [](const auto& a, const auto& b) {
           return table::compare(a.second, b.first) >= 0;
         }) == bounds.end();
}

}  // namespace goldtape::lake
