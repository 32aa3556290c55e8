// Expiry: old snapshots are forgotten, and the files that only they reached are removed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

struct ExpireOptions {
  std::vector<std::string> tables = {};  ///< "silver.bars_1m"; empty: all.
  std::chrono::milliseconds max_age{std::chrono::days{30}};
  std::int32_t min_snapshots = 10;  ///< Of each branch, whatever their age.
  std::size_t metadata_files = 20;  ///< Earlier metadata files that stay.
  bool dry_run = false;             ///< Only tell.
};

struct ExpiredTable {
  std::string table;
  std::int64_t snapshots_before = 0;
  std::int64_t snapshots = 0;  ///< Expired.
  std::vector<std::string> refs = {};
  std::int64_t data_files = 0, delete_files = 0, manifests = 0, manifest_lists = 0, metadata_files = 0,
               statistics_files = 0;  ///< Removed, or in a dry run to be removed.
  std::int64_t bytes = 0;
  std::int64_t left = 0;     ///< Outside the lake, or could not be removed; fsck lists the latter as orphans.
  bool gc_disabled = false;  ///< The table says gc.enabled=false: it was left alone.
};

struct ExpireReport {
  std::vector<ExpiredTable> tables;  ///< Those that had something to expire.
};

/// Keeps the current snapshot, those of tags and branches, what the policy keeps (table/expire.h), and the
/// snapshots that refine, features and quality compare with at their next run. For each table: one commit of
/// the shorter metadata; only then are files removed, and only those that no kept snapshot, ref or metadata
/// file leads to and that lie in the lake. A crash in between leaves orphans, never a hole.
/// Takes the writer lock. Errors: kNotFound GT4011; kConflict GT5010, GT4010; damage met while following a
/// table (then nothing of that table is removed).
[[nodiscard]] Result<ExpireReport> expire(const Lake& lake, const ExpireOptions& options);

}  // namespace goldtape::lake
