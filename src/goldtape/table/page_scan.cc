#include <algorithm>
#include <functional>
#include <span>

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/bit_run_reader.h>
#include <fmt/format.h>
#include <parquet/exception.h>
#include <parquet/schema.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/page_groups_internal.h"
#include "goldtape/table/page_scan_internal.h"
#include "goldtape/table/parquet_input_internal.h"
#include "goldtape/table/work_sharing_internal.h"

namespace goldtape::table::internal {
namespace {

constexpr std::int64_t kAloneRows = 8'192;     // So few are decoded before another thread is awake.
constexpr std::int64_t kAtOnceRows = 1 << 18;  // So few are held as they are stored, all at once.
constexpr std::size_t kGroupsForPieces = 16;   // So many groups keep all threads busy.

// The rows of one column, as an array of its own.
Result<std::shared_ptr<arrow::Array>> decode_rows(const ColumnPages& column, const RowRanges& rows) {
  if (column.column->type.id == TypeId::kString) {
    return decode_strings(*column.column, *column.chunk, column.select(rows), rows);
  }
  ColumnOutput out(column.column->type, false);
  GT_RETURN_IF_ERROR(out.allocate(rows.count(), !column.chunk->no_nulls));
  decode_numbers(*column.column, *column.chunk, column.select(rows), rows, out, 0);
  return out.finish();
}

// Of `rows`, those whose bit is set; the mask has a bit for each of them.
RowRanges matching(const arrow::BooleanArray& mask, const RowRanges& rows) {
  RowRanges found;
  std::int64_t at = 0;
  for (const RowRange& range : rows.ranges()) {
    arrow::internal::VisitSetBitRunsVoid(mask.values()->data(), mask.offset() + at, range.size(),
                                         [&](std::int64_t first, std::int64_t count) {
                                           found.add({range.begin + first, range.begin + first + count});
                                         });
    at += range.size();
  }
  return found;
}

// The columns that filters are about, by field id, as rows to be judged carry them.
class FilterFields {
 public:
  explicit FilterFields(const PageScan& scan) {
    Schema schema;
    for (const PageScanFile& file : scan.files) {
      for (const std::int32_t id : file.filter.field_ids()) {
        if (std::ranges::find(ids_, id) != ids_.end()) continue;
        ids_.push_back(id);
        schema.fields.push_back(*scan.table_schema.find(id));
      }
    }
    fields_ = to_arrow(schema)->fields();
  }

  [[nodiscard]] const std::shared_ptr<arrow::Field>& of(std::int32_t id) const {
    return fields_[static_cast<std::size_t>(std::ranges::find(ids_, id) - ids_.begin())];
  }

 private:
  std::vector<std::int32_t> ids_;
  arrow::FieldVector fields_;
};

// Looks at the values of the doubtful rows, and leaves those that match.
Status settle(PageGroup& group, const BoundExpression& filter, const FilterFields& filter_fields) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const ColumnPages& column : group.filter) {
    GT_ASSIGN(auto array, decode_rows(column, group.doubtful));
    fields.push_back(filter_fields.of(column.column->field_id));
    arrays.push_back(std::move(array));
  }
  const auto batch =
      arrow::RecordBatch::Make(arrow::schema(std::move(fields)), group.doubtful.count(), std::move(arrays));
  GT_ASSIGN(const auto mask, filter.evaluate(*batch));
  group.rows = combination(difference(group.rows, group.doubtful), matching(*mask, group.doubtful));
  return {};
}

// One column of the result: numbers share one output, strings come as an array a row group.
struct ResultColumn {
  ResultColumn(Type type, bool as_doubles) : numbers(std::move(type), as_doubles) {}

  bool strings = false;
  ColumnOutput numbers;
  arrow::ArrayVector chunks;
};

class Reader {
 public:
  Reader(io::FileSystem& filesystem, const PageScan& scan, std::vector<PageGroup> groups)
      : filesystem_(filesystem), scan_(scan), filter_fields_(scan), groups_(std::move(groups)) {}

  Result<std::shared_ptr<arrow::Table>> run() {
    const std::int64_t rows = most_rows();
    // Few rows are read with what the filter needs, so that each file is opened once.
    const bool at_once = rows <= kAtOnceRows;
    // A group is one piece of work; of few groups, each half is.
    const std::size_t halves = groups_.size() < kGroupsForPieces ? 2 : 1;
    const std::size_t some = (scan_.projection.fields.size() + halves - 1) / halves;
    const auto settle_one = [&](std::size_t i) {
      return guarded(groups_[i], [&] { return settle_group(groups_[i], at_once); });
    };
    const auto decode_some = [&](std::size_t i) {
      const std::size_t group = i / halves;
      return guarded(groups_[group], [&] { return decode(group, i % halves * some, some); });
    };
    GT_RETURN_IF_ERROR(share_work({.first = groups_.size(),
                                   .do_first = settle_one,
                                   .between = [&] { return allocate(); },
                                   .second = groups_.size() * halves,
                                   .do_second = decode_some},
                                  rows <= kAloneRows ? 1 : 0));
    return finish();
  }

 private:
  // Parquet throws; the error names the file.
  Status guarded(const PageGroup& group, const std::function<Status()>& work) const {
    try {
      return work();
    } catch (const parquet::ParquetException& exception) {
      return unreadable(scan_.files[group.file].path, exception.what());
    }
  }

  [[nodiscard]] std::int64_t most_rows() const {
    std::int64_t rows = 0;
    for (const PageGroup& group : groups_) rows += group.rows.count();
    return rows;
  }

  Status allocate() {
    for (const PageGroup& group : groups_) {
      starts_.push_back(rows_);
      rows_ += group.rows.count();
    }
    for (std::size_t i = 0; i < scan_.projection.fields.size(); ++i) {
      const Field& field = scan_.projection.fields[i];
      ResultColumn column(field.type, scan_.decimals_as_doubles);
      column.strings = field.type.id == TypeId::kString;
      if (column.strings) {
        column.chunks.resize(groups_.size());
      } else {
        const bool nullable = std::any_of(groups_.begin(), groups_.end(), [&](const PageGroup& group) {
          return !group.columns[i].chunk->no_nulls;
        });
        GT_RETURN_IF_ERROR(column.numbers.allocate(rows_, nullable));
      }
      columns_.push_back(std::move(column));
    }
    return {};
  }

  Status settle_group(PageGroup& group, bool at_once) const {
    const PageScanFile& file = scan_.files[group.file];
    const WantedPages filter{&group.doubtful, group.filter};
    const WantedPages all{&group.rows, group.columns};
    GT_ASSIGN(auto held, at_once ? load_bytes(filesystem_, file.path, {filter, all})
                                 : load_bytes(filesystem_, file.path, {filter}));
    if (!group.doubtful.empty()) GT_RETURN_IF_ERROR(settle(group, file.filter, filter_fields_));
    group.filter.clear();
    if (at_once && held.place != nullptr) group.held = std::move(held);
    return {};
  }

  // So many columns of a group, from this one on.
  Status decode(std::size_t at, std::size_t first, std::size_t count) {
    PageGroup& group = groups_[at];
    const auto columns = std::span(group.columns).subspan(std::min(first, group.columns.size()));
    const auto some = columns.first(std::min(count, columns.size()));
    GT_ASSIGN(const auto held, load_bytes(filesystem_, scan_.files[group.file].path, {{&group.rows, some}}));
    for (ColumnPages& pages : some) {
      decode_column(at, first++, pages);
      pages.bytes = {};
    }
    return {};
  }

  void decode_column(std::size_t at, std::size_t column, const ColumnPages& pages) {
    const RowRanges& rows = groups_[at].rows;
    ResultColumn& out = columns_[column];
    if (out.strings) {
      out.chunks[at] = decode_strings(*pages.column, *pages.chunk, pages.select(rows), rows);
    } else if (!rows.empty()) {
      decode_numbers(*pages.column, *pages.chunk, pages.select(rows), rows, out.numbers, starts_[at]);
    }
  }

  Result<std::shared_ptr<arrow::Table>> finish() {
    const auto schema = to_arrow(scan_.projection);
    arrow::FieldVector fields;
    arrow::ChunkedArrayVector columns;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      fields.push_back(schema->field(static_cast<int>(i)));
      if (columns_[i].strings) {
        columns.push_back(
            std::make_shared<arrow::ChunkedArray>(std::move(columns_[i].chunks), arrow::utf8()));
        continue;
      }
      GT_ASSIGN(auto array, columns_[i].numbers.finish());
      fields.back() = fields.back()->WithType(columns_[i].numbers.type());
      columns.push_back(std::make_shared<arrow::ChunkedArray>(std::move(array)));
    }
    return arrow::Table::Make(arrow::schema(std::move(fields)), std::move(columns), rows_);
  }

  io::FileSystem& filesystem_;
  const PageScan& scan_;
  const FilterFields filter_fields_;
  std::vector<PageGroup> groups_;
  std::vector<std::int64_t> starts_;  // First row of each group in the result.
  std::int64_t rows_ = 0;
  std::vector<ResultColumn> columns_;
};

}  // namespace

Result<std::shared_ptr<arrow::Table>> read_pages(io::FileSystem& filesystem, const PageScan& scan) {
  GT_ASSIGN(PageGroups found, load_page_groups(filesystem, scan));
  if (!found.supported) return std::shared_ptr<arrow::Table>{};
  return Reader(filesystem, scan, std::move(found.groups)).run();
}

}  // namespace goldtape::table::internal
