// The bars that a merge touches, within one source and interval: its own, and those of a load taken back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/names.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

/// A bar within one source and interval.
struct RowKey {
  std::uint32_t ticker = 0;  ///< In the merge's names.
  std::int64_t ts_us = 0;
  bool operator==(const RowKey&) const = default;
};

struct RowKeyHash {
  std::size_t operator()(const RowKey& key) const {
    return (static_cast<std::size_t>(key.ts_us) * 0x9E3779B97F4A7C15ULL) ^ (std::size_t{key.ticker} << 32U);
  }
};

/// Add, then `finish`, then ask. Asking is thread safe.
class BarKeys {
 public:
  void add(const RowKey& key);
  void finish();

  [[nodiscard]] bool contains(const RowKey& key) const;
  /// The times of a ticker's bars, ascending, each once.
  [[nodiscard]] const std::vector<std::int64_t>& times(std::uint32_t ticker) const;

 private:
  std::vector<std::vector<std::int64_t>> times_;  ///< By ticker.
};

/// Which rows of a file are looked for.
struct StoredQuery {
  table::Schema schema;           ///< The table's, all columns of which are read.
  table::BoundExpression filter;  ///< What all rows wanted match; row groups that cannot are not read.
  std::string_view source;
  std::string_view interval;
  const Names* tickers = nullptr;
  const BarKeys* keys = nullptr;
};

/// The rows of a file whose keys are asked for.
struct StoredRows {
  std::shared_ptr<arrow::Table> found;  ///< All their columns.
  std::vector<std::int64_t> places;     ///< Of those found, in the file; ascending.
  /// All rows of the file, for who has to write it anew, where all were read and none is deleted: a row's
  /// number is its place. Else null.
  std::shared_ptr<arrow::Table> whole;
};

/// Finds rows of a table that has source, interval, ticker and ts. Thread safe. Errors: the table's; kDamaged
/// GT5022 a column that is not ours.
[[nodiscard]] Result<StoredRows> find_stored(const table::Table& table, const table::ScanTask& task,
                                             const StoredQuery& query);

}  // namespace goldtape::lake
