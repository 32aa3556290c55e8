// Bronze is a fold: all that was ever said about a bar, in the order (observed_at, content hash), gives the
// bar that stands and its revisions. The order in which loads arrive, and how rows are split into loads, do
// not matter. Pure; merge_bars.h finds the evidence and writes what comes out.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "goldtape/lake/fold_counts.h"
#include "goldtape/lake/names.h"
#include "goldtape/model/bar_batch.h"

namespace goldtape::lake {

inline constexpr std::int32_t kNoDate = std::numeric_limits<std::int32_t>::min();

/// One thing that was said about a bar of one source and interval, or the row that bronze keeps.
struct BronzeBar {
  std::uint32_t ticker = 0;    ///< In FoldNames::tickers.
  std::uint32_t load = 0;      ///< In FoldNames::loads.
  std::uint32_t sequence = 0;  ///< 0: known before; n: brought by the n-th load of this merge.
  std::int32_t date_days = 0;
  std::int32_t basis_as_of_days = kNoDate;
  model::SessionPart session = model::SessionPart::kRegular;
  model::PriceBasis basis = model::PriceBasis::kRaw;
  std::int64_t ts_us = 0;
  std::int64_t observed_us = 0;
  std::int64_t ingested_us = 0;
  model::BarContent content;
  std::uint64_t content_hash = 0;
};

struct FoldNames {
  Names tickers;
  Names loads;
};

/// The same words about the same bar: equal content on the same kind of basis. Lineage, and the date of the
/// basis, may differ.
[[nodiscard]] bool same_content(const BronzeBar& a, const BronzeBar& b);

struct Folded {
  std::vector<BronzeBar> rows;  ///< One a key, sorted by (ticker's text, ts).
  /// Before and after of each change, in the same order, a key's steps in the order of observation.
  std::vector<std::pair<BronzeBar, BronzeBar>> revisions;
  std::vector<FoldCounts> counts;  ///< [sequence]; [0] stays empty.
};

/// Folds evidence in any order. A row of bronze stands for all that is older than the rest; otherwise all
/// evidence of a key must be given. A bar that stands carries the lineage of the first to say so since the
/// content last changed.
[[nodiscard]] Folded fold(const std::vector<BronzeBar>& evidence, const FoldNames& names,
                          std::uint32_t loads);

}  // namespace goldtape::lake
