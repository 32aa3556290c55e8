#include "goldtape/lake/gold_partition.h"

#include <limits>
#include <utility>

#include <arrow/api.h>

#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

/// A table cut in two by security, each part in the order of the whole.
struct Cut {
  std::vector<std::shared_ptr<arrow::Table>> replaced, kept;
};

Result<Cut> cut_by_security(const arrow::Table& rows, const std::function<bool(std::int64_t)>& replaced) {
  Cut cut;
  std::int64_t offset = 0;
  std::int64_t run_start = 0;
  std::optional<bool> run;
  auto end_run = [&] {
    if (run && offset > run_start)
      (*run ? cut.replaced : cut.kept).push_back(rows.Slice(run_start, offset - run_start));
    run_start = offset;
  };
  GT_RETURN_IF_ERROR(internal::for_batches(rows, [&](const arrow::RecordBatch& batch) -> Status {
    internal::ColumnReader in(batch);
    const auto* security_id = in.get<arrow::Int64Array>("security_id");
    if (!in.missing().empty()) return internal::damaged("gold", in.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i, ++offset) {
      const bool now = replaced(security_id->Value(i));
      if (now == run) continue;
      end_run();
      run = now;
    }
    return {};
  }));
  end_run();
  return cut;
}

bool same_rows(const std::vector<std::shared_ptr<arrow::Table>>& parts, const arrow::Table& rows) {
  if (parts.empty()) return rows.num_rows() == 0;
  const auto whole = arrow::ConcatenateTables(parts);
  if (!whole.ok() || (*whole)->num_rows() != rows.num_rows() ||
      (*whole)->num_columns() != rows.num_columns()) {
    return false;
  }
  for (int i = 0; i < rows.num_columns(); ++i) {
    if (!(*whole)->column(i)->Equals(*rows.column(i))) return false;
  }
  return true;
}

}  // namespace

std::vector<SecurityRange> split_securities(
    const std::vector<std::pair<std::int64_t, std::int64_t>>& rows_of_security, std::int64_t max_rows) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  std::vector<SecurityRange> ranges{{kLeast, kMost}};
  std::int64_t in_range = 0;
  for (const auto& [security_id, rows] : rows_of_security) {
    if (in_range > 0 && in_range + rows > max_rows) {
      ranges.back().last = security_id - 1;
      ranges.push_back({security_id, kMost});
      in_range = 0;
    }
    in_range += rows;
  }
  return ranges;
}

GoldPartition::GoldPartition(const table::Table& table, Date first, Date last)
    : table_(table), first_(first), last_(last), writer_(table) {}

GoldPartition::~GoldPartition() {
  if (!handed_over_) writer_.discard();
}

Status GoldPartition::replace(const SecurityRange& range, const std::function<bool(std::int64_t)>& replaced,
                              const std::shared_ptr<arrow::Table>& rows) {
  GT_ASSIGN(auto stored,
            table::read(table_, {.filter = table::greater_equal("date", table::literal(first_)) &&
                                           table::less_equal("date", table::literal(last_)) &&
                                           table::greater_equal("security_id", table::Literal{range.first}) &&
                                           table::less_equal("security_id", table::Literal{range.last})}));
  GT_ASSIGN(auto cut, cut_by_security(*stored, replaced));
  if (!same_rows(cut.replaced, *rows)) changed_ = true;
  cut.kept.push_back(rows);
  auto all = arrow::ConcatenateTables(cut.kept);
  if (!all.ok()) return fail(ErrorKind::kInternal, 5203, "gold rows: " + all.status().ToString());
  if ((*all)->num_rows() == 0) return {};
  rows_ += (*all)->num_rows();
  GT_RETURN_IF_ERROR(writer_.write(*all));
  return {};
}

Result<std::int64_t> GoldPartition::finish(table::Rewrite& rewrite) {
  if (!changed_) return std::int64_t{0};
  GT_ASSIGN(const auto plan,
            table::plan_scan(table_, {.filter = table::greater_equal("date", table::literal(first_)) &&
                                                table::less_equal("date", table::literal(last_))}));
  for (const table::ScanTask& task : plan.tasks) rewrite.removed.push_back(task.file);
  for (const table::DataFile& file : writer_.files()) rewrite.added.push_back(file);
  handed_over_ = true;
  return rows_;
}

}  // namespace goldtape::lake
