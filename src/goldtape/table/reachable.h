// Every file that a table's metadata leads to: what must not be removed, and what an expiry sets free.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

enum class FileRole : std::uint8_t { kData, kDeletes, kManifest, kManifestList, kMetadata, kStatistics };
[[nodiscard]] std::string_view to_string(FileRole role);

/// Files by normalised location, so that `file:/x` and `file:///x` are one.
class FileSet {
 public:
  struct File {
    std::string location;  ///< As it was stored first.
    FileRole role = FileRole::kData;
  };

  /// False when it was there already.
  bool add(const std::string& location, FileRole role);
  [[nodiscard]] bool contains(const std::string& location) const;
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] const std::map<std::string, File>& files() const { return files_; }

 private:
  std::map<std::string, File> files_;
};

struct ReachOptions {
  /// Only these snapshots; empty with `all` for every one of the metadata.
  std::set<std::int64_t> snapshots = {};
  bool all = true;
  /// What these name is known already and not opened again.
  const FileSet* known = nullptr;
  /// A manifest or list that is missing is passed over (of snapshots that are going anyway) instead of an
  /// error.
  bool tolerate_missing = false;
};

/// Adds the manifest lists, manifests, live data and delete files of snapshots. Errors: io's,
/// GT4022..GT4024 with the file.
Status add_snapshot_files(const TableMetadata& metadata, io::FileSystem& filesystem,
                          const ReachOptions& options, FileSet& out);

/// The statistics files that a table's metadata name.
[[nodiscard]] std::vector<std::string> statistics_files(const TableMetadata& metadata);

/// All that a table's metadata file leads to, itself, its log and the statistics files included.
[[nodiscard]] Result<FileSet> reachable_files(const std::string& metadata_location,
                                              const TableMetadata& metadata, io::FileSystem& filesystem);

}  // namespace goldtape::table
