#include "goldtape/lake/bar_keys.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>

#include "goldtape/lake/arrow_rows.h"
#include "goldtape/table/listed_texts.h"

namespace goldtape::lake {

namespace {

/// Walks a ticker's wanted times beside a file's: these mostly ascend.
class TimeCursor {
 public:
  explicit TimeCursor(const std::vector<std::int64_t>& times) : times_(&times), at_(times.begin()) {}

  bool meets(std::int64_t ts_us) {
    if (at_ != times_->begin() && ts_us <= *std::prev(at_)) at_ = times_->begin();
    if (at_ != times_->end() && *at_ < ts_us) at_ = std::lower_bound(std::next(at_), times_->end(), ts_us);
    return at_ != times_->end() && *at_ == ts_us;
  }

 private:
  const std::vector<std::int64_t>* times_;
  std::vector<std::int64_t>::const_iterator at_;
};

/// Numbers of the rows whose keys are asked for.
Result<std::vector<std::int64_t>> rows_with_keys(const arrow::Table& rows, const StoredQuery& query) {
  GT_ASSIGN(const auto columns, ColumnsOf::open(rows));
  GT_ASSIGN(const auto* source, columns.get<arrow::StringArray>("source"));
  GT_ASSIGN(const auto* interval, columns.get<arrow::StringArray>("interval"));
  GT_ASSIGN(const auto* ticker, columns.get<arrow::StringArray>("ticker"));
  GT_ASSIGN(const auto* ts, columns.get<arrow::TimestampArray>("ts"));
  static const std::vector<std::int64_t> kNone;
  std::vector<std::int64_t> found;
  std::string_view name;
  TimeCursor cursor(kNone);
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
    if (const std::string_view here = ticker->GetView(i); i == 0 || here != name) {
      name = here;
      const std::uint32_t* number = query.tickers->find(name);
      cursor = TimeCursor(number == nullptr ? kNone : query.keys->times(*number));
    }
    if (!cursor.meets(ts->Value(i))) continue;
    if (source->GetView(i) == query.source && interval->GetView(i) == query.interval) found.push_back(i);
  }
  return found;
}

/// Whether the file can hold rows of the tickers asked for, as far as can be told without reading rows.
Result<bool> may_hold_tickers(const table::Table& table, const table::ScanTask& task,
                              const StoredQuery& query) {
  const table::Field* ticker = query.schema.find("ticker");
  if (ticker == nullptr) return true;
  GT_ASSIGN(const auto texts, table::listed_texts(table.shared_filesystem(), task.path, *ticker));
  return !texts || std::ranges::any_of(*texts, [&](const std::string& text) {
    const std::uint32_t* number = query.tickers->find(text);
    return number != nullptr && !query.keys->times(*number).empty();
  });
}

Result<std::shared_ptr<arrow::Table>> take(const std::shared_ptr<arrow::Table>& rows,
                                           const std::vector<std::int64_t>& numbers) {
  if (numbers.empty()) return rows->Slice(0, 0);
  const auto indices = std::make_shared<arrow::Int64Array>(std::ssize(numbers), arrow::Buffer::Wrap(numbers));
  const auto taken = arrow::compute::Take(arrow::Datum(rows), arrow::Datum(indices),
                                          arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return fail(ErrorKind::kInternal, 5023, taken.status().ToString());
  return taken->table();
}

}  // namespace

void BarKeys::add(const RowKey& key) {
  if (key.ticker >= times_.size()) times_.resize(std::size_t{key.ticker} + 1);
  times_[key.ticker].push_back(key.ts_us);
}

void BarKeys::finish() {
  for (std::vector<std::int64_t>& times : times_) {
    if (!std::ranges::is_sorted(times)) std::ranges::sort(times);
    const auto repeated = std::ranges::unique(times);
    times.erase(repeated.begin(), repeated.end());
  }
}

bool BarKeys::contains(const RowKey& key) const {
  return std::ranges::binary_search(times(key.ticker), key.ts_us);
}

const std::vector<std::int64_t>& BarKeys::times(std::uint32_t ticker) const {
  static const std::vector<std::int64_t> kNone;
  return ticker < times_.size() ? times_[ticker] : kNone;
}

Result<StoredRows> find_stored(const table::Table& table, const table::ScanTask& task,
                               const StoredQuery& query) {
  StoredRows out;
  GT_ASSIGN(const bool may_hold, may_hold_tickers(table, task, query));
  if (!may_hold) {
    const auto none = arrow::Table::MakeEmpty(table::to_arrow(query.schema));
    if (!none.ok()) return fail(ErrorKind::kInternal, 5023, none.status().ToString());
    out.found = *none;
    return out;
  }
  GT_ASSIGN(
      table::PlacedRows placed,
      table::read_placed(table, task,
                         {.projection = query.schema, .table_schema = query.schema, .filter = query.filter}));
  auto combined = placed.rows->CombineChunks();
  if (!combined.ok()) return fail(ErrorKind::kInternal, 5023, combined.status().ToString());
  GT_ASSIGN(const std::vector<std::int64_t> numbers, rows_with_keys(**combined, query));
  GT_ASSIGN(out.found, take(*combined, numbers));
  out.places.reserve(numbers.size());
  for (const std::int64_t number : numbers)
    out.places.push_back(placed.places[static_cast<std::size_t>(number)]);
  if ((*combined)->num_rows() == task.file.record_count) out.whole = *std::move(combined);
  return out;
}

}  // namespace goldtape::lake
