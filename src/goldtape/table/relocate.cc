#include "goldtape/table/relocate.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/location.h"
#include "goldtape/table/manifest_avro.h"
#include "goldtape/table/metadata_file_internal.h"
#include "goldtape/table/relocate_deletes.h"
#include "goldtape/table/statistics_files_internal.h"

namespace goldtape::table {
namespace {

class TableMove {
 public:
  TableMove(const TableMetadata& metadata, const Relocation& relocation,
            const std::shared_ptr<io::FileSystem>& files)
      : metadata_(metadata), relocation_(relocation), shared_files_(files), files_(*files) {
    out_.metadata = metadata;
  }

  Result<RelocatedTable> run(const std::string& metadata_location) {
    TableMetadata& next = out_.metadata;
    const auto moved = [&](const std::string& location) { return relocation_.moved(location); };
    next.location = moved(metadata_.location);
    GT_ASSIGN(root_, to_path(next.location));
    for (Snapshot& snapshot : next.snapshots) GT_RETURN_IF_ERROR(move_snapshot(snapshot));
    next.metadata_log.clear();
    next.statistics_json = internal::with_locations(next.statistics_json, moved);
    next.partition_statistics_json = internal::with_locations(next.partition_statistics_json, moved);
    for (auto& [key, value] : next.properties) {
      if (key.starts_with("write.") && key.ends_with(".path")) value = moved(value);
    }
    GT_ASSIGN(const auto file,
              internal::write_metadata_file(files_, next, internal::version_of(metadata_location) + 1));
    out_.metadata_location = file.location;
    out_.files_outside = std::ssize(outside_);
    return std::move(out_);
  }

 private:
  /// Reads a file of the table wherever it lies now.
  Result<std::string> read(const std::string& location) const {
    GT_ASSIGN(const std::string path,
              to_path(relocation_.moved_already ? relocation_.moved(location) : location));
    return files_.read(path);
  }

  Status move_snapshot(Snapshot& snapshot) {
    GT_ASSIGN(const std::string bytes, read(snapshot.manifest_list));
    GT_ASSIGN(auto manifests, read_manifest_list(bytes));
    for (ManifestFile& manifest : manifests) GT_RETURN_IF_ERROR(move_manifest(manifest));
    GT_ASSIGN(const std::string list, write_manifest_list(snapshot.snapshot_id, snapshot.parent_snapshot_id,
                                                          snapshot.sequence_number, manifests));
    const std::string path =
        fmt::format("{}/metadata/snap-{}-1-{}.avro", root_, snapshot.snapshot_id, new_uuid());
    GT_RETURN_IF_ERROR(files_.write(path, list, {}));
    snapshot.manifest_list = to_location(path);
    return {};
  }

  /// Snapshots share manifests; each is written once.
  Status move_manifest(ManifestFile& manifest) {
    const std::string normal = normalise_location(manifest.path);
    if (const auto done = manifests_.find(normal); done != manifests_.end()) {
      manifest.path = done->second.first;
      manifest.length = done->second.second;
      return {};
    }
    GT_ASSIGN(const std::string bytes, read(manifest.path));
    GT_ASSIGN(auto entries,
              read_manifest(bytes, manifest, metadata_.schema_with_dropped(), metadata_.partition_specs));
    for (ManifestEntry& entry : entries) GT_RETURN_IF_ERROR(move_entry(entry));
    const PartitionSpec* spec = metadata_.find_spec(manifest.spec_id);
    if (spec == nullptr) {
      return fail(ErrorKind::kDamaged, 4024, fmt::format("there is no partition spec {}", manifest.spec_id),
                  manifest.path);
    }
    GT_ASSIGN(const std::string written,
              write_manifest(metadata_.schema_with_dropped(), *spec, entries, manifest.deletes));
    const std::string path = fmt::format("{}/metadata/{}-m0.avro", root_, new_uuid());
    GT_RETURN_IF_ERROR(files_.write(path, written, {}));
    manifest.path = to_location(path);
    manifest.length = std::ssize(written);
    manifests_.emplace(normal, std::pair{manifest.path, manifest.length});
    return {};
  }

  Status move_entry(ManifestEntry& entry) {
    const std::string old = entry.file.path;
    if (relocation_.moved(old) == old && relocation_.from != relocation_.to) outside_.insert(old);
    // What an entry took out is not there to be read: its name is enough.
    if (entry.file.content == FileContent::kData || entry.status == EntryStatus::kDeleted) {
      entry.file.path = relocation_.moved(old);
      return {};
    }
    const std::string normal = normalise_location(old);
    auto done = deletes_.find(normal);
    if (done == deletes_.end()) {
      GT_ASSIGN(DataFile moved, relocate_deletes(entry.file, relocation_, shared_files_));
      done = deletes_.emplace(normal, std::move(moved)).first;
    }
    entry.file = done->second;
    return {};
  }

  const TableMetadata& metadata_;
  const Relocation& relocation_;
  const std::shared_ptr<io::FileSystem>& shared_files_;
  io::FileSystem& files_;
  std::string root_;
  std::map<std::string, std::pair<std::string, std::int64_t>> manifests_;
  std::map<std::string, DataFile> deletes_;  ///< Moved ones, by the old location.
  std::set<std::string> outside_;
  RelocatedTable out_;
};

}  // namespace

std::string Relocation::moved(const std::string& location) const {
  const std::string normal = normalise_location(location);
  const std::string below = normalise_location(to_location(from)) + "/";
  if (!normal.starts_with(below)) return location;
  return to_location(to + "/" + normal.substr(below.size()));
}

Result<RelocatedTable> relocate_table(const TableMetadata& metadata, const std::string& metadata_location,
                                      const Relocation& relocation,
                                      const std::shared_ptr<io::FileSystem>& files) {
  return TableMove(metadata, relocation, files).run(metadata_location);
}

}  // namespace goldtape::table
