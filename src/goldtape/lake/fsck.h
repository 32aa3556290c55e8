// Checks a lake from its database down to the bytes of its raw answers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

struct FsckOptions {
  /// Also read every row and page of every table: statistics, order, checksums and page indexes are true.
  bool deep = false;
};

struct FsckFinding {
  bool is_error = true;  ///< False: worth knowing (a file that nothing refers to).
  std::string check;     ///< database | catalog | audit | raw | keys | lineage, or one of table/fsck.h
  std::string where;     ///< File, table or load.
  std::string message;
  std::string advice = {};  ///< What to do about it.
};

struct FsckReport {
  std::int64_t tables = 0;
  std::int64_t snapshots = 0;
  std::int64_t data_files = 0;
  std::int64_t rows = 0;
  std::int64_t loads = 0;
  std::int64_t raw_files = 0;
  std::vector<FsckFinding> findings;

  [[nodiscard]] bool is_clean() const;  ///< No errors (orphans allowed).
};

/// Checks that the database is sound, every table's metadata and files are there, every load's raw answer is
/// there with its hash, every load id of bronze belongs to a load that stands, and no bar is there twice.
/// Damage is a finding; errors are of the machine (io) or of a database that cannot be opened.
/// Reads only; may run beside a writer, whose files under way then look like orphans.
[[nodiscard]] Result<FsckReport> fsck(const Lake& lake, const FsckOptions& options = {});

}  // namespace goldtape::lake
