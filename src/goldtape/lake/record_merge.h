// Merges loads of listings, halts, trades and other records into their bronze table, or takes one back out.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/fold_counts.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/model/record_batch.h"

namespace goldtape::lake {

struct RecordLoad {
  std::string load_id;
  Timestamp observed_at{};
  model::RecordBatch records;  ///< Without repetitions of an equal row.
  std::int64_t duplicates_removed = 0;
};
/// Requires: check_records(batch).
[[nodiscard]] RecordLoad make_record_load(std::string load_id, Timestamp observed_at,
                                          model::RecordBatch batch);

using RecordReader = std::function<Result<RecordLoad>(std::string_view load_id)>;

/// Loads of one source, dataset and table. Pointers are borrowed for the call.
struct RecordMergeInput {
  std::string source;
  std::string dataset;
  std::vector<const RecordLoad*> loads;   ///< In the order in which they are counted.
  const RecordLoad* withdrawn = nullptr;  ///< A load that stands and shall not (undo).
  Timestamp now{};
};

struct RecordMerge {
  std::vector<TableChange> changes;
  std::vector<FoldCounts> counts;  ///< One a load.
};

/// Of the rows of one key the one with the greatest (observed_at, content, load) stands, whatever the order
/// of arrival. Only the dates of the loads are read and written. A withdrawn load's dates are folded anew
/// from the loads that stand. Creates the table where an older lake lacks it. Requires and errors: as
/// plan_bar_merge's.
[[nodiscard]] Result<RecordMerge> plan_record_merge(const Lake& lake, const RecordMergeInput& input,
                                                    const RecordReader& read);

/// What became of the rows of each load, counted as if they had come one by one, in this order, into an empty
/// table; nothing for a load that does not stand: of one of its rows bronze holds neither the words nor later
/// ones. For an audit that was lost. Requires: loads of one source and table, at least one. Errors: the
/// table's, GT5022.
[[nodiscard]] Result<std::vector<std::optional<FoldCounts>>> recount_records(
    const Lake& lake, std::string_view source, const std::vector<RecordLoad>& loads);

}  // namespace goldtape::lake
