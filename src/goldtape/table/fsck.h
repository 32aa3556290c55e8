// Checks a table from its pointer down to its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

struct FsckOptions {
  /// Read every row and page: counts, NULL counts and bounds are true, rows are of their partition and in
  /// order, checksums and page indexes fit.
  bool deep = false;
  bool all_snapshots = true;  ///< Not only the current one.
};

/// Something wrong, or only worth knowing.
struct FsckFinding {
  bool is_error = true;  ///< False: worth knowing: an orphan, an earlier metadata file that is gone.
  /// metadata | metadata_log | manifest_list | manifest | data_file | deletes | row_count | bounds | order |
  /// pages | orphan
  std::string check;
  std::string table;
  std::string location;  ///< File concerned.
  std::string message;
};

struct FsckReport {
  std::int64_t tables = 0;
  std::int64_t snapshots = 0;
  std::int64_t manifests = 0;
  std::int64_t data_files = 0;
  std::int64_t rows = 0;  ///< Live ones of the current snapshots.
  std::vector<FsckFinding> findings;

  [[nodiscard]] bool is_clean() const;  ///< No errors (orphans allowed).
};

/// One table. Damage is a finding, not an error; errors are of the machine (io).
[[nodiscard]] Result<FsckReport> fsck_table(const Table& table, const FsckOptions& options = {});
/// All tables of a catalog.
[[nodiscard]] Result<FsckReport> fsck(const Catalog& catalog, const FsckOptions& options = {});

}  // namespace goldtape::table
