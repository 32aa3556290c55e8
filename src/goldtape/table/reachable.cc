#include "goldtape/table/reachable.h"

#include <optional>
#include <utility>

#include "goldtape/table/location.h"
#include "goldtape/table/manifest_avro.h"
#include "goldtape/table/statistics_files_internal.h"

namespace goldtape::table {
namespace {

class Walk {
 public:
  Walk(const TableMetadata& metadata, io::FileSystem& filesystem, const ReachOptions& options, FileSet& out)
      : metadata_(metadata), filesystem_(filesystem), options_(options), out_(out) {}

  Status visit(const Snapshot& snapshot) {
    if (is_known(snapshot.manifest_list) || !out_.add(snapshot.manifest_list, FileRole::kManifestList))
      return {};
    GT_ASSIGN(const auto bytes, read(snapshot.manifest_list));
    if (!bytes) return {};
    const auto manifests = read_manifest_list(*bytes);
    if (!manifests) return at(manifests.error(), snapshot.manifest_list);
    for (const ManifestFile& manifest : *manifests) GT_RETURN_IF_ERROR(visit(manifest));
    return {};
  }

 private:
  [[nodiscard]] bool is_known(const std::string& location) const {
    return options_.known != nullptr && options_.known->contains(location);
  }

  static Status at(Error error, const std::string& location) {
    error.where = location;
    return std::unexpected<Error>(std::move(error));
  }

  Status visit(const ManifestFile& manifest) {
    if (is_known(manifest.path) || !out_.add(manifest.path, FileRole::kManifest)) return {};
    GT_ASSIGN(const auto bytes, read(manifest.path));
    if (!bytes) return {};
    const auto entries =
        read_manifest(*bytes, manifest, metadata_.schema_with_dropped(), metadata_.partition_specs);
    if (!entries) return at(entries.error(), manifest.path);
    for (const ManifestEntry& entry : *entries) {
      if (entry.status == EntryStatus::kDeleted || is_known(entry.file.path)) continue;
      out_.add(entry.file.path,
               entry.file.content == FileContent::kData ? FileRole::kData : FileRole::kDeletes);
    }
    return {};
  }

  Result<std::optional<std::string>> read(const std::string& location) {
    GT_ASSIGN(const std::string path, to_path(location));
    auto bytes = filesystem_.read(path);
    if (bytes) return std::optional<std::string>(*std::move(bytes));
    if (options_.tolerate_missing && bytes.error().kind == ErrorKind::kNotFound)
      return std::optional<std::string>{};
    return std::unexpected<Error>(bytes.error());
  }

  const TableMetadata& metadata_;
  io::FileSystem& filesystem_;
  const ReachOptions& options_;
  FileSet& out_;
};

}  // namespace

std::string_view to_string(FileRole role) {
  switch (role) {
    case FileRole::kData: return "data";
    case FileRole::kDeletes: return "deletes";
    case FileRole::kManifest: return "manifest";
    case FileRole::kManifestList: return "manifest_list";
    case FileRole::kMetadata: return "metadata";
    case FileRole::kStatistics: return "statistics";
  }
  return "data";
}

bool FileSet::add(const std::string& location, FileRole role) {
  return files_.try_emplace(normalise_location(location), File{location, role}).second;
}

bool FileSet::contains(const std::string& location) const {
  return files_.contains(normalise_location(location));
}

Status add_snapshot_files(const TableMetadata& metadata, io::FileSystem& filesystem,
                          const ReachOptions& options, FileSet& out) {
  Walk walk(metadata, filesystem, options, out);
  for (const Snapshot& snapshot : metadata.snapshots) {
    if (options.all || options.snapshots.contains(snapshot.snapshot_id))
      GT_RETURN_IF_ERROR(walk.visit(snapshot));
  }
  return {};
}

std::vector<std::string> statistics_files(const TableMetadata& metadata) {
  std::vector<std::string> files = internal::statistics_locations(metadata.statistics_json);
  for (std::string& file : internal::statistics_locations(metadata.partition_statistics_json))
    files.push_back(std::move(file));
  return files;
}

Result<FileSet> reachable_files(const std::string& metadata_location, const TableMetadata& metadata,
                                io::FileSystem& filesystem) {
  FileSet files;
  files.add(metadata_location, FileRole::kMetadata);
  for (const MetadataLogEntry& entry : metadata.metadata_log)
    files.add(entry.metadata_file, FileRole::kMetadata);
  for (const std::string& file : statistics_files(metadata)) files.add(file, FileRole::kStatistics);
  GT_RETURN_IF_ERROR(add_snapshot_files(metadata, filesystem, {}, files));
  return files;
}

}  // namespace goldtape::table
