// What changed between two snapshots of a table: the files that went and came, and from their rows the
// groups whose content differs. Compaction moves rows between files and changes no group.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

/// Scan plans over the files that only one of the snapshots has.
struct SnapshotDiff {
  table::ScanPlan removed;
  table::ScanPlan added;
  [[nodiscard]] bool empty() const { return removed.tasks.empty() && added.tasks.empty(); }
};

/// `from` absent: everything is new. Errors: GT4015 a snapshot that has expired; those of plan_scan.
[[nodiscard]] Result<SnapshotDiff> diff_snapshots(const table::Table& table, std::optional<std::int64_t> from,
                                                  std::optional<std::int64_t> to,
                                                  const std::vector<std::string>& columns);

/// Bars of one ticker on one date in bronze.
struct BronzeKey {
  std::string interval;
  std::string ticker;
  Date date{};
  auto operator<=>(const BronzeKey&) const = default;
};

struct ChangedGroups {
  std::set<BronzeKey> present;  ///< Differ, and have rows in added files.
  std::set<BronzeKey> removed;  ///< Differ, and have none there; other files may still hold rows of them.
  [[nodiscard]] bool empty() const { return present.empty() && removed.empty(); }
};

/// The groups of bronze.bars whose content (all that silver is made from; not lineage) differs. Reads the
/// files of the difference. Errors: as diff_snapshots; kDamaged GT4025.
[[nodiscard]] Result<ChangedGroups> changed_bronze_groups(const table::Table& bars,
                                                          std::optional<std::int64_t> from,
                                                          std::optional<std::int64_t> to);

/// The rows of one security and date in silver whose content differs.
struct SilverKey {
  std::int64_t security_id = 0;
  Date date{};
  auto operator<=>(const SilverKey&) const = default;
};

/// The same for a table with security_id and date, over all its columns.
[[nodiscard]] Result<std::set<SilverKey>> changed_silver_groups(const table::Table& rows,
                                                                std::optional<std::int64_t> from,
                                                                std::optional<std::int64_t> to);

/// The rows of a table whatever their order: equal digests, equal rows.
struct RowsDigest {
  std::uint64_t sum = 0;
  std::int64_t rows = 0;
  RowsDigest& operator+=(const RowsDigest& other) {
    sum += other.sum;
    rows += other.rows;
    return *this;
  }
  bool operator==(const RowsDigest&) const = default;
};
[[nodiscard]] Result<RowsDigest> digest_rows(const arrow::Table& rows);

}  // namespace goldtape::lake
