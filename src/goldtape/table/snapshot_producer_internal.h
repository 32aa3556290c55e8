// Makes a table's next metadata from a change: writes its manifests and manifest list. Not public.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/schema_change.h"
#include "goldtape/table/table.h"

namespace goldtape::table::internal {

/// One thing asked of a table.
struct Change {
  std::vector<DataFile> added;
  std::vector<DataFile> removed;
  ChangeOptions options;
  std::optional<std::int64_t> set_current_snapshot;
  SchemaChange schema_change;
  std::optional<PartitionSpec> add_spec;
  bool make_default = false;
  std::map<std::string, std::string> properties;
  Commit::Edit edit;
};

/// The paths of files written by a try, so that a failed one can take them back.
class WrittenFiles {
 public:
  explicit WrittenFiles(io::FileSystem& filesystem) : filesystem_(filesystem) {}
  Status write(const std::string& path, std::string_view bytes);
  void remove_all();

 private:
  io::FileSystem& filesystem_;
  std::vector<std::string> paths_;
};

/// Applies changes to a table's metadata, one after the other. One object a try and a table.
class SnapshotProducer {
 public:
  SnapshotProducer(const Table& base, Timestamp now, WrittenFiles& written);

  /// Errors: GT4010 a file to be removed is not live, GT4030, GT4032, io's, GT4022..GT4024.
  Status apply(const Change& change);
  /// Whether anything was changed.
  [[nodiscard]] bool changed() const { return changed_; }
  [[nodiscard]] std::optional<std::int64_t> snapshot_id() const { return snapshot_id_; }
  /// The metadata as it would be; the catalog writes it. Once, at the end.
  TableMetadata finish();

 private:
  Status make_snapshot(const Change& change);
  Status drop_removed(const std::vector<DataFile>& removed, std::int64_t snapshot_id,
                      std::vector<ManifestFile>& manifests);
  Status drop_spent_deletes(std::int64_t snapshot_id, std::vector<ManifestFile>& manifests,
                            std::vector<DataFile>& removed);
  Result<std::optional<ManifestFile>> without(const ManifestFile& manifest, std::set<std::string>& wanted,
                                              std::int64_t snapshot_id);
  Status merge_small(std::int64_t snapshot_id, std::vector<ManifestFile>& manifests);
  Result<ManifestFile> write_manifest_file(const PartitionSpec& spec,
                                           const std::vector<ManifestEntry>& entries,
                                           std::int64_t snapshot_id, bool deletes);
  Result<std::vector<ManifestEntry>> entries_of(const ManifestFile& manifest) const;
  Status set_current(std::int64_t snapshot_id);
  Status change_schema(const SchemaChange& change);
  Status add_spec(PartitionSpec spec, bool make_default);
  [[nodiscard]] std::string metadata_path(const std::string& name) const;
  [[nodiscard]] std::int64_t next_timestamp_ms() const;

  const Table& base_;
  std::int64_t now_ms_;
  WrittenFiles& written_;
  TableMetadata metadata_;
  std::string root_;  ///< Local path of the table.
  bool changed_ = false;
  std::optional<std::int64_t> snapshot_id_;
};

/// Errors: GT4010 when another writer's changes between `base` and `current` stand in the way of `change`.
Status check_rebase(const Table& base, const Table& current, const Change& change);

}  // namespace goldtape::table::internal
