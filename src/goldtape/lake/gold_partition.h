// One month or year of a gold table, rewritten for some securities; the others' rows stay as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

/// Security ids [first, last], both included.
struct SecurityRange {
  std::int64_t first = 0, last = 0;
};

/// Splits securities into neighbouring ranges of at most `max_rows` rows (or one security), given the rows of
/// each by ascending id. The ranges tile all ids; there is always one.
[[nodiscard]] std::vector<SecurityRange> split_securities(
    const std::vector<std::pair<std::int64_t, std::int64_t>>& rows_of_security, std::int64_t max_rows);

/// Not thread safe. Files written are discarded unless `finish` hands them over.
class GoldPartition {
 public:
  /// The partition that holds [first, last].
  GoldPartition(const table::Table& table, Date first, Date last);
  ~GoldPartition();
  GoldPartition(const GoldPartition&) = delete;
  GoldPartition& operator=(const GoldPartition&) = delete;

  /// Replaces, among the securities of `range`, the rows of those that `replaced` says by `rows` (all their
  /// rows, in the table's columns and order). Ranges come ascending, each once, and tile all ids.
  Status replace(const SecurityRange& range, const std::function<bool(std::int64_t)>& replaced,
                 const std::shared_ptr<arrow::Table>& rows);

  /// Adds the change to `rewrite`: nothing when all rows are what they were. Returns the rows in files
  /// written.
  Result<std::int64_t> finish(table::Rewrite& rewrite);

 private:
  table::Table table_;
  Date first_, last_;
  table::DataWriter writer_;
  bool handed_over_ = false;
  bool changed_ = false;
  std::int64_t rows_ = 0;
};

}  // namespace goldtape::lake
