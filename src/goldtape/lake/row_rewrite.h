// Copy-on-write of keyed rows: the files that hold rows to be replaced are written again without them,
// small files of a partition that gets new rows are written together with these.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/names.h"
#include "goldtape/model/interval.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

/// Files of fewer rows are joined with new rows of their partition; larger ones wait for compaction.
inline constexpr std::int64_t kSmallFileRows = 8'192;

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

using RowKeys = std::unordered_set<RowKey, RowKeyHash>;

/// Rows for one partition of one spec, with the table's columns.
struct NewRows {
  std::int32_t spec_id = 0;
  std::string partition;  ///< PartitionSpec::path of the rows.
  std::shared_ptr<arrow::Table> rows;
};

/// What to do to a table that has source, interval, ticker and ts. Views are borrowed for the call.
struct RowEdit {
  const table::ScanPlan* plan = nullptr;   ///< All files concerned; read with all columns.
  std::map<std::size_t, RowKeys> removed;  ///< By the file's index in the plan.
  std::vector<NewRows> added;
  std::string source;
  model::Interval interval = model::Interval::k1m;
  const Names* tickers = nullptr;
};

/// Writes the files. After an error nothing that it wrote is left. Errors: io's, the table's.
[[nodiscard]] Result<table::Rewrite> write_edit(const table::Table& table, const RowEdit& edit);

}  // namespace goldtape::lake
