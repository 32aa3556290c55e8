// The fold of corporate actions: the newest word about each (ticker, ex_date, type, new_ticker) stands.
// As bar_fold.h, without revisions.
#pragma once

#include <cstdint>
#include <vector>

#include "goldtape/lake/fold_counts.h"
#include "goldtape/lake/names.h"
#include "goldtape/model/corporate_action.h"

namespace goldtape::lake {

/// One thing that was said about an action of one source, or the row that bronze keeps.
struct BronzeAction {
  model::CorporateAction action;
  std::uint32_t load = 0;      ///< In the loads given to `fold`.
  std::uint32_t sequence = 0;  ///< As BronzeBar's.
  std::int64_t observed_us = 0;
  std::int64_t ingested_us = 0;
  std::uint64_t content_hash = 0;
};

/// XXH3-64 of value, currency and description. known_at is the first's to say, as lineage is.
[[nodiscard]] std::uint64_t content_hash(const model::CorporateAction& action);

struct FoldedActions {
  std::vector<BronzeAction> rows;  ///< One a key, sorted by (ticker, ex_date, type's text, new_ticker).
  std::vector<FoldCounts> counts;  ///< [sequence]; [0] stays empty.
};

[[nodiscard]] FoldedActions fold(const std::vector<BronzeAction>& evidence, const Names& load_ids,
                                 std::uint32_t loads);

/// Two rows of one key.
[[nodiscard]] bool same_key(const BronzeAction& a, const BronzeAction& b);

}  // namespace goldtape::lake
