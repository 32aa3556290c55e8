// Orphans: files in the tables' folders that nothing leads to, left by crashes and by other programs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

struct OrphanOptions {
  std::chrono::milliseconds min_age{std::chrono::days{3}};  ///< Younger files are never orphans.
  bool remove = false;
};

struct Orphan {
  std::string path;
  std::string table;       ///< Whose folder it lies in; empty for the raw zone and the lake's own folder.
  bool temporary = false;  ///< A file whose writing was cut short.
  std::uint64_t size_bytes = 0;
  Timestamp modified{};
  bool removed = false;
};

struct OrphanReport {
  std::vector<Orphan> orphans;  ///< By path.
  std::int64_t files_looked_at = 0;
  std::int64_t younger = 0;  ///< Nothing leads to them either, but they are too young to judge.
};

/// Looks through the folders of the catalog's tables, and everywhere in the lake for temporary files. The
/// files are listed before the tables are followed, so a commit in between cannot make a live file look lost;
/// a writer's files under way are protected by their age. Raw answers are evidence and never orphans.
/// Takes the writer lock to remove. Errors: kDamaged and others of a table that cannot be followed: nothing
/// is removed then, for what it leads to is not known; kConflict GT5010.
[[nodiscard]] Result<OrphanReport> find_orphans(const Lake& lake, const OrphanOptions& options);

}  // namespace goldtape::lake
