// Merges loads of corporate actions into bronze.corporate_actions, or takes one back out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/bar_load.h"
#include "goldtape/lake/fold_counts.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/table_change.h"

namespace goldtape::lake {

/// Loads of one source. Pointers are borrowed for the call.
struct ActionMergeInput {
  std::string source;
  std::vector<const ActionLoad*> loads;   ///< In the order in which they are counted.
  const ActionLoad* withdrawn = nullptr;  ///< A load that stands and shall not (undo).
  Timestamp now{};
};

/// A planned merge: data files are written, nothing is committed.
struct ActionMerge {
  std::vector<TableChange> changes;
  std::vector<FoldCounts> counts;  ///< One a load.
};

/// Where all loads that stand are older than the new ones, the rows of bronze are all that has to be known;
/// else the source's actions are folded anew from all loads that stand. The table is small: a change writes
/// it again as one file. Requirements and errors as plan_bar_merge's.
[[nodiscard]] Result<ActionMerge> plan_action_merge(const Lake& lake, const ActionMergeInput& input,
                                                    const ActionReader& read);

/// As recount_records, of loads of actions of one source.
[[nodiscard]] Result<std::vector<std::optional<FoldCounts>>> recount_actions(
    const Lake& lake, std::string_view source, const std::vector<ActionLoad>& loads);

}  // namespace goldtape::lake
