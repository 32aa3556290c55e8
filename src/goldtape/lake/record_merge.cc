#include "goldtape/lake/record_merge.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/lake_tables.h"
#include "goldtape/lake/load_index.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

using model::Cell;
using model::TypeId;
using Cells = std::vector<Cell>;

/// One row of bronze on its way: its cells, and who said it when.
struct Row {
  Cells cells;
  std::int64_t observed_us = 0;
  std::int64_t ingested_us = 0;
  std::string load_id;

  [[nodiscard]] auto rank() const { return std::tie(observed_us, cells, load_id); }
};

/// Rows by their key; the key is the cells of the sort columns.
class Rows {
 public:
  explicit Rows(const model::TableDef& def) {
    for (const std::string& column : def.sort_columns) {
      if (column != "source") key_.push_back(static_cast<std::size_t>(def.find(column) - 1));
    }
  }
  /// kRepeated: the same word, heard later; the row stands with the later hearing.
  enum class Outcome : std::uint8_t { kInserted, kUpdated, kRepeated, kOlder };
  Outcome put(Row row) {
    auto [at, added] = rows_.try_emplace(key_of(row.cells), row);
    if (added) return Outcome::kInserted;
    if (row.rank() <= at->second.rank()) return Outcome::kOlder;
    const bool same = at->second.cells == row.cells;
    at->second = std::move(row);
    return same ? Outcome::kRepeated : Outcome::kUpdated;
  }
  /// Whether this row, or a later word on the same, is here.
  [[nodiscard]] bool holds(const Row& row) const {
    const auto at = rows_.find(key_of(row.cells));
    return at != rows_.end() && row.rank() <= at->second.rank();
  }
  void erase_load(std::string_view load_id) {
    std::erase_if(rows_, [&](const auto& entry) { return entry.second.load_id == load_id; });
  }
  [[nodiscard]] const std::map<Cells, Row>& all() const { return rows_; }

 private:
  [[nodiscard]] Cells key_of(const Cells& cells) const {
    Cells key;
    key.reserve(key_.size());
    for (const std::size_t i : key_) key.push_back(cells[i]);
    return key;
  }
  std::vector<std::size_t> key_;
  std::map<Cells, Row> rows_;
};

void count(Rows::Outcome outcome, FoldCounts& counts) {
  switch (outcome) {
    case Rows::Outcome::kInserted: ++counts.inserted; return;
    case Rows::Outcome::kUpdated: ++counts.updated; return;
    case Rows::Outcome::kRepeated:
    case Rows::Outcome::kOlder: ++counts.unchanged; return;
  }
}

Row row_of(const RecordLoad& load, const Cells& cells, std::int64_t ingested_us) {
  return {.cells = cells,
          .observed_us = to_micros(load.observed_at),
          .ingested_us = ingested_us,
          .load_id = load.load_id};
}

struct DateRange {
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  void add(const model::RecordBatch& batch, std::size_t date_column) {
    for (const Cells& cells : batch.rows) {
      const std::int64_t day = std::get<std::int64_t>(cells[date_column]);
      first = std::min(first, day);
      last = std::max(last, day);
    }
  }
  [[nodiscard]] bool empty() const { return first > last; }
};

table::Expression rows_of(std::string_view source, const DateRange& range) {
  const auto day = [](std::int64_t days) {
    return table::literal(format_date(from_days(static_cast<std::int32_t>(days))));
  };
  return table::equal_to("source", table::literal(std::string(source))) &&
         table::greater_equal("date", day(range.first)) && table::less_equal("date", day(range.last));
}

Result<Cell> cell_of(const arrow::Array& array, std::int64_t i, const model::Column& column) {
  if (array.IsNull(i)) return Cell();
  switch (column.type.id) {
    case TypeId::kBoolean: return Cell(static_cast<const arrow::BooleanArray&>(array).Value(i));
    case TypeId::kInt32: return Cell(std::int64_t{static_cast<const arrow::Int32Array&>(array).Value(i)});
    case TypeId::kInt64: return Cell(static_cast<const arrow::Int64Array&>(array).Value(i));
    case TypeId::kDate: return Cell(std::int64_t{static_cast<const arrow::Date32Array&>(array).Value(i)});
    case TypeId::kTimestampTz: return Cell(static_cast<const arrow::TimestampArray&>(array).Value(i));
    case TypeId::kFloat64: return Cell(static_cast<const arrow::DoubleArray&>(array).Value(i));
    case TypeId::kString: return Cell(static_cast<const arrow::StringArray&>(array).GetString(i));
    case TypeId::kDecimal: break;
  }
  return fail(ErrorKind::kDamaged, 5022, fmt::format("column {} cannot be of a record", column.name));
}

/// The columns of the table in the definition's order. Errors: GT5022.
Result<std::vector<std::shared_ptr<arrow::Array>>> columns_of(const arrow::Table& rows,
                                                              const model::TableDef& def) {
  auto combined = rows.CombineChunks();
  if (!combined.ok()) return fail(ErrorKind::kInternal, 5023, combined.status().ToString());
  const auto schema = model::arrow_schema(def);
  std::vector<std::shared_ptr<arrow::Array>> out;
  for (const auto& field : schema->fields()) {
    const auto column = (*combined)->GetColumnByName(field->name());
    if (column == nullptr || !column->type()->Equals(field->type()) || column->num_chunks() > 1) {
      return fail(ErrorKind::kDamaged, 5022,
                  fmt::format("column {} is not what it should be", field->name()));
    }
    out.push_back(column->num_chunks() == 1 ? column->chunk(0) : nullptr);
  }
  return out;
}

Status take_stored(const arrow::Table& stored, const model::TableDef& def, Rows& out) {
  if (stored.num_rows() == 0) return {};
  GT_ASSIGN(const auto columns, columns_of(stored, def));
  const std::size_t own_end = def.columns.size() - model::kLineageColumns;
  for (std::int64_t i = 0; i < stored.num_rows(); ++i) {
    Row row;
    for (std::size_t c = 1; c < own_end; ++c) {
      GT_ASSIGN(Cell cell, cell_of(*columns[c], i, def.columns[c]));
      row.cells.push_back(std::move(cell));
    }
    row.observed_us = static_cast<const arrow::TimestampArray&>(*columns[own_end]).Value(i);
    row.ingested_us = static_cast<const arrow::TimestampArray&>(*columns[own_end + 1]).Value(i);
    row.load_id = static_cast<const arrow::StringArray&>(*columns[own_end + 2]).GetString(i);
    out.put(std::move(row));
  }
  return {};
}

void put_cell(TableBuilder& out, const Cell& cell, const model::Column& column) {
  const bool null = std::holds_alternative<std::monostate>(cell);
  const auto integer = [&]() -> std::optional<std::int64_t> {
    return null ? std::nullopt : std::optional(std::get<std::int64_t>(cell));
  };
  switch (column.type.id) {
    case TypeId::kBoolean: return out.flag_or_null(null ? std::nullopt : std::optional(std::get<bool>(cell)));
    case TypeId::kInt64:
    case TypeId::kInt32: return out.integer_or_null(integer());
    case TypeId::kTimestampTz: return out.time_or_null(integer());
    case TypeId::kDate: {
      const auto days = integer();
      return out.date_or_null(days ? std::optional(static_cast<std::int32_t>(*days)) : std::nullopt);
    }
    case TypeId::kFloat64:
      return out.number_or_null(null ? std::numeric_limits<double>::quiet_NaN() : std::get<double>(cell));
    case TypeId::kString:
      return out.optional_text(null ? std::nullopt
                                    : std::optional<std::string_view>(std::get<std::string>(cell)));
    case TypeId::kDecimal: return;
  }
}

Result<std::shared_ptr<arrow::Table>> to_table(std::string_view source, const Rows& rows,
                                               const model::TableDef& def) {
  TableBuilder out(def);
  for (const auto& [key, row] : rows.all()) {
    out.text(source);
    for (std::size_t i = 0; i < row.cells.size(); ++i) put_cell(out, row.cells[i], def.columns[i + 1]);
    out.time(row.observed_us);
    out.time(row.ingested_us);
    out.text(row.load_id);
  }
  return out.finish();
}

class RecordMerger {
 public:
  RecordMerger(const Lake& lake, const RecordMergeInput& input, const RecordReader& read,
               const model::TableDef& def)
      : lake_(lake), input_(input), read_(read), def_(def), rows_(def) {}

  Result<RecordMerge> run() {
    const auto date_column = static_cast<std::size_t>(def_.find("date") - 1);
    for (const RecordLoad* load : input_.loads) range_.add(load->records, date_column);
    if (input_.withdrawn != nullptr) range_.add(input_.withdrawn->records, date_column);
    RecordMerge out{.changes = {}, .counts = std::vector<FoldCounts>(input_.loads.size())};
    if (range_.empty()) return out;
    GT_RETURN_IF_ERROR(create_missing_tables(lake_.catalog()));
    GT_ASSIGN(const table::Table table, lake_.catalog().load(table::TableName{def_.zone, def_.name}));
    const table::Expression ours = rows_of(input_.source, range_);
    GT_ASSIGN(const auto stored, table::read(table, {.filter = ours}));
    GT_RETURN_IF_ERROR(take_stored(*stored, def_, rows_));
    bool changed = false;
    if (input_.withdrawn != nullptr) GT_RETURN_IF_ERROR(withdraw(changed));
    for (std::size_t i = 0; i < input_.loads.size(); ++i) changed |= put(*input_.loads[i], &out.counts[i]);
    if (!changed) return out;
    GT_ASSIGN(const auto arrow_rows, to_table(input_.source, rows_, def_));
    GT_ASSIGN(table::Rewrite rewrite, table::plan_overwrite(table, ours, arrow_rows));
    out.changes.push_back({table, std::move(rewrite), ours});
    return out;
  }

 private:
  /// The rows of a load that lie in the range; true when one of them stands.
  bool put(const RecordLoad& load, FoldCounts* counts) {
    const auto date_column = static_cast<std::size_t>(def_.find("date") - 1);
    bool changed = false;
    for (const Cells& cells : load.records.rows) {
      const std::int64_t day = std::get<std::int64_t>(cells[date_column]);
      if (day < range_.first || day > range_.last) continue;
      const auto outcome = rows_.put(row_of(load, cells, to_micros(input_.now)));
      changed = changed || outcome != Rows::Outcome::kOlder;
      if (counts == nullptr) continue;
      count(outcome, *counts);
    }
    return changed;
  }

  Status withdraw(bool& changed) {
    const std::size_t before = rows_.all().size();
    rows_.erase_load(input_.withdrawn->load_id);
    changed = rows_.all().size() != before;
    GT_ASSIGN(const auto standing, standing_loads(lake_.database(), input_.source, input_.dataset, ""));
    for (const StandingLoad& load : standing) {
      if (load.load_id == input_.withdrawn->load_id) continue;
      GT_ASSIGN(const RecordLoad again, read_(load.load_id));
      changed |= put(again, nullptr);
    }
    return {};
  }

  const Lake& lake_;
  const RecordMergeInput& input_;
  const RecordReader& read_;
  const model::TableDef& def_;
  Rows rows_;
  DateRange range_;
};

}  // namespace

RecordLoad make_record_load(std::string load_id, Timestamp observed_at, model::RecordBatch batch) {
  RecordLoad load{.load_id = std::move(load_id), .observed_at = observed_at, .records = std::move(batch)};
  std::set<Cells> seen;
  std::vector<Cells> rows;
  std::vector<std::uint32_t> lines;
  for (std::size_t i = 0; i < load.records.rows.size(); ++i) {
    if (!seen.insert(load.records.rows[i]).second) {
      ++load.duplicates_removed;
      continue;
    }
    rows.push_back(std::move(load.records.rows[i]));
    lines.push_back(load.records.line[i]);
  }
  load.records.rows = std::move(rows);
  load.records.line = std::move(lines);
  return load;
}

Result<RecordMerge> plan_record_merge(const Lake& lake, const RecordMergeInput& input,
                                      const RecordReader& read) {
  const RecordLoad* first = input.withdrawn != nullptr ? input.withdrawn : input.loads.front();
  GT_ASSIGN(const model::TableDef* def, model::find_table(first->records.table));
  return RecordMerger(lake, input, read, *def).run();
}

Result<std::vector<std::optional<FoldCounts>>> recount_records(const Lake& lake, std::string_view source,
                                                               const std::vector<RecordLoad>& loads) {
  GT_ASSIGN(const model::TableDef* def, model::find_table(loads.front().records.table));
  DateRange range;
  for (const RecordLoad& load : loads) {
    range.add(load.records, static_cast<std::size_t>(def->find("date") - 1));
  }
  Rows stored(*def);
  if (!range.empty()) {
    GT_ASSIGN(const table::Table table, lake.catalog().load(table::TableName{def->zone, def->name}));
    GT_ASSIGN(const auto rows, table::read(table, {.filter = rows_of(source, range)}));
    GT_RETURN_IF_ERROR(take_stored(*rows, *def, stored));
  }
  Rows again(*def);
  std::vector<std::optional<FoldCounts>> out;
  for (const RecordLoad& load : loads) {
    out.emplace_back();
    const bool stands = std::ranges::all_of(
        load.records.rows, [&](const Cells& cells) { return stored.holds(row_of(load, cells, 0)); });
    if (!stands) continue;
    out.back().emplace();
    for (const Cells& cells : load.records.rows) count(again.put(row_of(load, cells, 0)), *out.back());
  }
  return out;
}

}  // namespace goldtape::lake
