// Reads bars of bronze for refining: resolved to securities, ranked by source.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/bronze_group.h"
#include "goldtape/lake/names.h"
#include "goldtape/lake/silver_rows.h"
#include "goldtape/lake/snapshot_diff.h"
#include "goldtape/reference/security_master.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

/// What all reads of one refine share. Pointers are borrowed.
struct BronzeSource {
  const table::Table* bars = nullptr;
  std::optional<std::int64_t> snapshot_id;
  const reference::SecurityMaster* master = nullptr;
  std::vector<std::string> preferred_sources;  ///< The others follow by name.
  SilverNames* names = nullptr;
  Names* loads = nullptr;  ///< Of SourceBar::load.
};

struct BronzeBars {
  std::vector<SourceBar> bars;  ///< Sorted by (security_id, date, ts, source_rank).
  std::set<SilverKey> seen;     ///< Groups of `wanted` that have any bar, pre and post market included.
};

/// The bars of one interval (minutes: only regular ones) that belong to `wanted`.
/// Errors: kDamaged GT4025, GT5202.
[[nodiscard]] Result<BronzeBars> read_bronze(const BronzeSource& source, model::Interval interval,
                                             const std::set<SilverKey>& wanted);

/// The same rows as they are stored, and the bars of them: the first may be done beside other work, as it
/// leaves the names alone.
using StoredBars = std::shared_ptr<arrow::Table>;
[[nodiscard]] Result<StoredBars> fetch_bronze(const BronzeSource& source, model::Interval interval,
                                              const std::set<SilverKey>& wanted);
[[nodiscard]] Result<BronzeBars> take_bronze(const BronzeSource& source, model::Interval interval,
                                             const std::set<SilverKey>& wanted, StoredBars stored);

/// Of `groups`, those that have rows in the snapshot.
[[nodiscard]] Result<std::set<BronzeKey>> groups_with_rows(const table::Table& bars,
                                                           std::optional<std::int64_t> snapshot_id,
                                                           const std::set<BronzeKey>& groups);

}  // namespace goldtape::lake
