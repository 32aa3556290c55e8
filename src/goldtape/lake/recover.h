// A lost or damaged catalog database, made again from the tables' own files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

struct RecoverOptions {
  LakeOptions lake = {};
  bool rebuild = false;  ///< Make the database anew though it can be opened.
};

struct RecoveredTable {
  std::string table;
  std::string metadata_location;
  std::optional<std::int64_t> snapshot_id;
  std::vector<std::string> set_aside;  ///< Newer metadata files that are not whole, and why.
};

struct RecoverReport {
  std::string root;
  std::string catalog;            ///< The REST catalog that keeps the pointers; empty where they are ours.
  bool database_rebuilt = false;  ///< False: only pointers were mended in the database that is there.
  std::string old_database;       ///< Where the damaged one was put; empty when there was none.
  std::vector<RecoveredTable> tables;  ///< Whose pointers were set.
  std::vector<std::string> lost;       ///< "FOLDER: why", tables of which no metadata file is whole.
  std::int64_t tables_whole = 0;       ///< Whose pointers were right.
};

/// When the database cannot be opened (or with `rebuild`): a new one is made beside it with a pointer to the
/// newest whole metadata of each table folder; then the old one moves to catalog.db.damaged-TIME and the new
/// one takes its place. A run that is killed in between is ended by the next. When it can be opened: pointers
/// that lead to nothing whole are set to the newest metadata that is, in one transaction, and all else stays.
/// Metadata that a killed commit had written and never committed can be taken for committed by a rebuild: the
/// table is then in its new state, which a rerun of the load finds and converges on.
/// Data on S3 are looked for in `lake.warehouse` when no database says where; the folder is then made when it
/// is not there. The load audit is ingest's to rebuild (ingest/rebuild_audit.h).
/// Of a lake on PostgreSQL: a database that is no lake's yet (an empty one, named in place of the lost) is
/// filled where it is. Of a lake on a REST catalog: the operations database alone.
/// Errors: kNotFound GT5001; kUsage GT5002 no table lies below the folder; kUsage GT5112 `rebuild` of a
/// database on a server; kConflict GT5010; io's, the store's.
[[nodiscard]] Result<RecoverReport> recover(const std::string& path, const RecoverOptions& options = {});

}  // namespace goldtape::lake
