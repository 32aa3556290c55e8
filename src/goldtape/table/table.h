// A table as it was when it was loaded: an immutable view of its metadata.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

/// A table's name: namespace (levels joined by '.') and name.
struct TableName {
  std::string space;
  std::string name;

  /// "bronze.bars": the last part is the name. Errors: kUsage GT4018 without a namespace or with empty parts.
  [[nodiscard]] static Result<TableName> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const { return space + "." + name; }
  auto operator<=>(const TableName&) const = default;
};

/// A cheap copy of pointers; thread safe. A later commit is seen by loading again from the catalog.
class Table {
 public:
  Table(TableName name, std::string metadata_location, std::shared_ptr<const TableMetadata> metadata,
        std::shared_ptr<io::FileSystem> filesystem);

  [[nodiscard]] const TableName& name() const { return name_; }
  [[nodiscard]] const std::string& metadata_location() const { return metadata_location_; }
  [[nodiscard]] const TableMetadata& metadata() const { return *metadata_; }
  [[nodiscard]] const std::shared_ptr<const TableMetadata>& shared_metadata() const { return metadata_; }
  [[nodiscard]] const Schema& schema() const { return metadata_->schema(); }
  [[nodiscard]] io::FileSystem& filesystem() const { return *filesystem_; }
  [[nodiscard]] const std::shared_ptr<io::FileSystem>& shared_filesystem() const { return filesystem_; }

  /// Absent for a table without rows yet.
  [[nodiscard]] std::optional<std::int64_t> current_snapshot_id() const {
    return metadata_->current_snapshot_id;
  }
  /// The snapshots from the first to the current one by parentage, oldest first.
  [[nodiscard]] std::vector<Snapshot> history() const;
  /// The newest snapshot of the history whose summary has this key and value; absent for none.
  [[nodiscard]] std::optional<Snapshot> find_snapshot_by_summary(std::string_view key,
                                                                 std::string_view value) const;

  /// A snapshot's manifests. Errors: io's, GT4022..GT4024.
  [[nodiscard]] Result<std::vector<ManifestFile>> manifests(const Snapshot& snapshot) const;
  /// The live entries of a manifest. Errors: io's, GT4022..GT4024.
  [[nodiscard]] Result<std::vector<ManifestEntry>> live_entries(const ManifestFile& manifest) const;
  /// All live data files of a snapshot (of the current one when absent).
  [[nodiscard]] Result<std::vector<DataFile>> data_files(std::optional<std::int64_t> snapshot_id = {}) const;

 private:
  TableName name_;
  std::string metadata_location_;
  std::shared_ptr<const TableMetadata> metadata_;
  std::shared_ptr<io::FileSystem> filesystem_;
};

}  // namespace goldtape::table
