// Merges loads of bars into bronze.bars and bronze.revisions, or takes one back out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/bar_load.h"
#include "goldtape/lake/fold_counts.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/model/interval.h"

namespace goldtape::lake {

/// From so many tickers of one commit on, minute bars are written by (interval, date), not by ticker too.
inline constexpr std::size_t kWideFromTickers = 32;

/// Loads of one source and interval. Pointers are borrowed for the call.
struct BarMergeInput {
  std::string source;
  model::Interval interval = model::Interval::k1m;
  std::vector<const BarLoad*> loads;   ///< In the order in which they are counted.
  const BarLoad* withdrawn = nullptr;  ///< A load that stands and shall not (undo).
  Timestamp now{};
};

/// A planned merge: data files are written, nothing is committed.
struct BarMerge {
  std::vector<TableChange> changes;
  std::vector<FoldCounts> counts;  ///< One a load.
  std::int64_t rows_written = 0;   ///< Bars that are new or changed.
};

/// Where all loads that stand and may hold the same bars are older than the new ones, the rows of bronze
/// are all that has to be known. Else (older evidence that arrives late, equal times, undo) the bars of the
/// tickers and days concerned are folded anew from the raw answers of all loads that stand.
///
/// Requires: the caller holds the lake's writer lock. Commit with the loads' audit rows in the same
/// transaction; after a conflict (GT4010) discard and plan again.
/// Errors: the table's, io's, those of `read`. After an error no file is left.
[[nodiscard]] Result<BarMerge> plan_bar_merge(const Lake& lake, const BarMergeInput& input,
                                              const BarReader& read);

}  // namespace goldtape::lake
