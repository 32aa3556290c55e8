// A lake in another folder: copied there, or moved there by hand and put right.
#pragma once

#include <cstdint>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

/// Where a lake is to be.
struct LakePlace {
  std::string folder;          ///< Of settings and database.
  std::string warehouse = {};  ///< Of the data: "s3://bucket/prefix"; empty: the folder.
  std::string settings = {};   ///< TOML that says how S3 is reached, for settings that do not say it yet.
};

struct RelocateReport {
  std::string from;  ///< Place of the data: a folder or an S3 path.
  std::string to;
  std::int64_t tables = 0;
  std::int64_t files_copied = 0;
  std::int64_t bytes_copied = 0;
  std::int64_t files_kept = 0;     ///< Copied by an earlier run that was killed.
  std::int64_t files_outside = 0;  ///< Data files that lie outside the lake; they are named where they are.
};

/// Copies a lake into a place that is empty, not there, or the unfinished copy of an earlier run, from folder
/// or S3 to folder or S3: raw answers, every file that a snapshot leads to, the settings, and the database.
/// The copy is a lake from the moment that its database appears, as the last file. The original is only read,
/// under its writer lock. Errors: kUsage GT5120 the folder holds other things, or lies in the lake; kUsage
/// GT5112 the catalog is no file; kUnsupported GT5123; GT5010; io's, the store's, the table's.
[[nodiscard]] Result<RelocateReport> copy_lake(const Lake& lake, LakePlace to);

/// Puts a lake right whose folder was moved: new metadata that name the files where they are now, then one
/// transaction that sets every pointer and the lake's own place. Until then the lake is as it was; a rerun
/// after a crash does it again. Nothing to do when the lake is where it says. Errors: GT5001, GT5002; kUsage
/// GT5112; kUnsupported GT5123; GT5010; io's, the store's, the table's.
[[nodiscard]] Result<RelocateReport> mend_moved_lake(const std::string& path,
                                                     const LakeOptions& options = {});

}  // namespace goldtape::lake
