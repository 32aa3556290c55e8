#include <algorithm>
#include <cmath>
#include <functional>

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/row_order_internal.h"

namespace goldtape::table::internal {
namespace {

// Negative, zero or positive for two rows that are not NULL.
using Compare = std::function<int(std::int64_t, std::int64_t)>;

template <typename T>
int three_way(const T& a, const T& b) {
  if (a < b) return -1;
  return b < a ? 1 : 0;
}

template <typename ArrayType>
Compare by_number(const arrow::Array& array) {
  const auto* values = static_cast<const ArrayType&>(array).raw_values();
  return [values](std::int64_t a, std::int64_t b) { return three_way(values[a], values[b]); };
}

Compare by_text(const arrow::Array& array) {
  const auto& texts = static_cast<const arrow::BinaryArray&>(array);
  return [&texts](std::int64_t a, std::int64_t b) { return texts.GetView(a).compare(texts.GetView(b)); };
}

Compare comparison(const arrow::Array& array) {
  switch (array.type_id()) {
    case arrow::Type::INT32: return by_number<arrow::Int32Array>(array);
    case arrow::Type::DATE32: return by_number<arrow::Date32Array>(array);
    case arrow::Type::INT64: return by_number<arrow::Int64Array>(array);
    case arrow::Type::TIMESTAMP: return by_number<arrow::TimestampArray>(array);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return by_text(array);
    default:
      return [&array](std::int64_t a, std::int64_t b) {
        const auto ordering = compare(literal_at(array, a), literal_at(array, b));
        return static_cast<int>(ordering > 0) - static_cast<int>(ordering < 0);
      };
  }
}

struct Key {
  const arrow::Array* column;
  Compare compare;
  bool descending;
  bool nulls_first;

  [[nodiscard]] int operator()(std::int64_t a, std::int64_t b) const {
    const bool a_null = column->IsNull(a);
    const bool b_null = column->IsNull(b);
    if (a_null || b_null) {
      if (a_null == b_null) return 0;
      return a_null == nulls_first ? -1 : 1;
    }
    const int ordering = compare(a, b);
    return descending ? -ordering : ordering;
  }
};

// Rows mostly come as few runs that are in order, one a file: these are merged. Stable.
template <typename Before>
void merge_runs(std::vector<std::int64_t>& rows, const Before& before) {
  constexpr std::size_t kMostRuns = 64;
  std::vector<std::vector<std::int64_t>::iterator> runs{rows.begin()};
  while (runs.back() != rows.end() && runs.size() <= kMostRuns)
    runs.push_back(std::is_sorted_until(runs.back(), rows.end(), before));
  if (runs.back() != rows.end()) {
    std::stable_sort(rows.begin(), rows.end(), before);
    return;
  }
  while (runs.size() > 2) {
    std::vector<std::vector<std::int64_t>::iterator> longer{runs.front()};
    for (std::size_t i = 2; i < runs.size(); i += 2) {
      std::inplace_merge(runs[i - 2], runs[i - 1], runs[i], before);
      longer.push_back(runs[i]);
    }
    if (longer.back() != rows.end()) longer.push_back(rows.end());
    runs = std::move(longer);
  }
}

}  // namespace

void sort_rows(const SortOrder& order, const Schema& schema, const arrow::RecordBatch& batch,
               std::vector<std::int64_t>& rows) {
  std::vector<Key> keys;
  for (const SortField& field : order.fields) {
    if (!preserves_order(field.transform)) continue;
    for (std::size_t i = 0; i < schema.fields.size(); ++i) {
      if (schema.fields[i].id != field.source_id) continue;
      const arrow::Array& column = *batch.column(static_cast<int>(i));
      keys.push_back({&column, comparison(column), field.descending, field.nulls_first});
    }
  }
  const auto before = [&](std::int64_t a, std::int64_t b) {
    for (const Key& key : keys) {
      if (const int ordering = key(a, b)) return ordering < 0;
    }
    return false;
  };
  merge_runs(rows, before);
}

}  // namespace goldtape::table::internal
