#include <algorithm>
#include <charconv>
#include <limits>
#include <random>
#include <set>

#include <fmt/format.h>

#include "goldtape/table/delete_file.h"
#include "goldtape/table/location.h"
#include "goldtape/table/manifest_avro.h"
#include "goldtape/table/manifest_summary_internal.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/snapshot_producer_internal.h"
#include "goldtape/table/snapshot_summary_internal.h"

namespace goldtape::table::internal {
namespace {

constexpr std::size_t kMergeAtManifests = 100;            // As Iceberg's commit.manifest.min-count-to-merge.
constexpr std::int64_t kMergedManifestBytes = 8LL << 20;  // As commit.manifest.target-size-bytes.

std::int64_t random_id() {
  static thread_local std::mt19937_64 random{[] {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
  }()};
  return static_cast<std::int64_t>(random() >> 1);
}

bool has_live_files(const ManifestFile& manifest) {
  return manifest.added_files_count + manifest.existing_files_count > 0;
}

Operation operation_of(const Change& change) {
  if (change.options.operation) return *change.options.operation;
  const bool adds_rows = std::any_of(change.added.begin(), change.added.end(),
                                     [](const DataFile& file) { return file.content == FileContent::kData; });
  if (!adds_rows) return Operation::kDelete;
  const bool adds_only_rows = std::all_of(change.added.begin(), change.added.end(), [](const DataFile& file) {
    return file.content == FileContent::kData;
  });
  return change.removed.empty() && adds_only_rows ? Operation::kAppend : Operation::kOverwrite;
}

}  // namespace

Status WrittenFiles::write(const std::string& path, std::string_view bytes) {
  paths_.push_back(path);  // First: a failed write may leave something too.
  return filesystem_.write(path, bytes, {.unnamed_yet = true});
}

void WrittenFiles::remove_all() {
  for (const std::string& path : paths_)
    (void)filesystem_.remove(path);  // What stays is an orphan that fsck lists.
  paths_.clear();
}

SnapshotProducer::SnapshotProducer(const Table& base, Timestamp now, WrittenFiles& written)
    : base_(base),
      now_ms_(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count()),
      written_(written),
      metadata_(base.metadata()) {}

Status SnapshotProducer::apply(const Change& change) {
  GT_ASSIGN(root_, to_path(metadata_.location));
  if (change.set_current_snapshot) GT_RETURN_IF_ERROR(set_current(*change.set_current_snapshot));
  if (!change.schema_change.empty()) GT_RETURN_IF_ERROR(change_schema(change.schema_change));
  if (change.add_spec) GT_RETURN_IF_ERROR(add_spec(*change.add_spec, change.make_default));
  for (const auto& [key, value] : change.properties) {
    changed_ = true;
    if (value.empty()) {
      metadata_.properties.erase(key);
    } else {
      metadata_.properties[key] = value;
    }
  }
  if (change.edit) {
    GT_ASSIGN(const bool edited, change.edit(metadata_));
    changed_ = changed_ || edited;
  }
  if (change.added.empty() && change.removed.empty()) return {};
  return make_snapshot(change);
}

std::string SnapshotProducer::metadata_path(const std::string& name) const {
  return root_ + "/metadata/" + name;
}

// Never before what is there already, whatever the clock says.
std::int64_t SnapshotProducer::next_timestamp_ms() const {
  return std::max(now_ms_, metadata_.last_updated_ms);
}

Result<std::vector<ManifestEntry>> SnapshotProducer::entries_of(const ManifestFile& manifest) const {
  GT_ASSIGN(const std::string path, to_path(manifest.path));
  GT_ASSIGN(const std::string bytes, base_.filesystem().read(path));
  return read_manifest(bytes, manifest, metadata_.schema_with_dropped(), metadata_.partition_specs);
}

Result<ManifestFile> SnapshotProducer::write_manifest_file(const PartitionSpec& spec,
                                                           const std::vector<ManifestEntry>& entries,
                                                           std::int64_t snapshot_id, bool deletes) {
  const auto is_dropped = [&](const PartitionField& field) {
    return metadata_.schema().find(field.source_id) == nullptr;
  };
  const bool of_dropped = std::any_of(spec.fields.begin(), spec.fields.end(), is_dropped);
  GT_ASSIGN(const std::string bytes,
            write_manifest(of_dropped ? metadata_.schema_with_dropped() : metadata_.schema(), spec, entries,
                           deletes));
  const std::string path = metadata_path(new_uuid() + "-m0.avro");
  GT_RETURN_IF_ERROR(written_.write(path, bytes));
  GT_ASSIGN(ManifestFile manifest, summarise_manifest(metadata_.schema_with_dropped(), spec, entries));
  manifest.path = to_location(path);
  manifest.deletes = deletes;
  manifest.length = static_cast<std::int64_t>(bytes.size());
  manifest.sequence_number = metadata_.last_sequence_number + 1;
  manifest.min_sequence_number = std::min(manifest.min_sequence_number, manifest.sequence_number);
  manifest.added_snapshot_id = snapshot_id;
  return manifest;
}

// The manifest without files that are to go; absent when it has none of them. What is found leaves `wanted`.
Result<std::optional<ManifestFile>> SnapshotProducer::without(const ManifestFile& manifest,
                                                              std::set<std::string>& wanted,
                                                              std::int64_t snapshot_id) {
  GT_ASSIGN(auto entries, entries_of(manifest));
  std::vector<ManifestEntry> kept;
  bool found = false;
  for (ManifestEntry& entry : entries) {
    if (entry.status == EntryStatus::kDeleted) continue;
    entry.status = EntryStatus::kExisting;
    if (wanted.erase(normalise_location(entry.file.path)) > 0) {
      found = true;
      entry.status = EntryStatus::kDeleted;
      entry.snapshot_id = snapshot_id;
    }
    kept.push_back(std::move(entry));
  }
  if (!found) return std::optional<ManifestFile>{};
  const PartitionSpec* spec = metadata_.find_spec(manifest.spec_id);
  GT_ASSIGN(ManifestFile rewritten, write_manifest_file(*spec, kept, snapshot_id, manifest.deletes));
  return std::optional<ManifestFile>{std::move(rewritten)};
}

Status SnapshotProducer::drop_removed(const std::vector<DataFile>& removed, std::int64_t snapshot_id,
                                      std::vector<ManifestFile>& manifests) {
  std::set<std::string> wanted;
  std::set<std::int32_t> specs;
  for (const DataFile& file : removed) {
    wanted.insert(normalise_location(file.path));
    specs.insert(file.spec_id);
  }
  for (ManifestFile& manifest : manifests) {
    if (wanted.empty()) break;
    if (!specs.contains(manifest.spec_id) || metadata_.find_spec(manifest.spec_id) == nullptr ||
        !may_hold_any(metadata_.schema_with_dropped(), *metadata_.find_spec(manifest.spec_id), manifest,
                      removed)) {
      continue;
    }
    GT_ASSIGN(auto rewritten, without(manifest, wanted, snapshot_id));
    if (rewritten) manifest = *std::move(rewritten);
  }
  if (wanted.empty()) return {};
  return fail(ErrorKind::kConflict, 4010,
              fmt::format("{} of {} files to be replaced in {} are no longer there: another writer was first",
                          wanted.size(), removed.size(), base_.name().to_string()),
              *wanted.begin());
}

// Delete files that have nothing left to delete once `removed` are gone.
Status SnapshotProducer::drop_spent_deletes(std::int64_t snapshot_id, std::vector<ManifestFile>& manifests,
                                            std::vector<DataFile>& removed) {
  const auto lists_deletes = [](const ManifestFile& m) { return m.deletes && has_live_files(m); };
  if (std::none_of(manifests.begin(), manifests.end(), lists_deletes)) return {};
  const Table before(base_.name(), base_.metadata_location(),
                     std::make_shared<const TableMetadata>(metadata_), base_.shared_filesystem());
  GT_ASSIGN(const auto spent, spent_deletes(before, removed));
  if (spent.empty()) return {};
  GT_RETURN_IF_ERROR(drop_removed(spent, snapshot_id, manifests));
  removed.insert(removed.end(), spent.begin(), spent.end());
  return {};
}

// Many small commits make many small manifests; put together, they are planned over faster.
Status SnapshotProducer::merge_small(std::int64_t snapshot_id, std::vector<ManifestFile>& manifests) {
  std::map<std::pair<std::int32_t, bool>, std::vector<ManifestFile>> small;
  for (const ManifestFile& manifest : manifests) {
    if (manifest.length < kMergedManifestBytes / 2)
      small[{manifest.spec_id, manifest.deletes}].push_back(manifest);
  }
  for (const auto& [kind, group] : small) {
    const auto [spec_id, deletes] = kind;
    const PartitionSpec* spec = metadata_.find_spec(spec_id);
    if (group.size() < kMergeAtManifests || spec == nullptr) continue;
    std::set<std::string> merged;
    std::vector<ManifestEntry> entries;
    std::int64_t bytes = 0;
    for (const ManifestFile& manifest : group) {
      if (bytes + manifest.length > kMergedManifestBytes) break;
      bytes += manifest.length;
      GT_ASSIGN(auto part, entries_of(manifest));
      for (ManifestEntry& entry : part) {
        const bool of_this_commit = entry.snapshot_id == snapshot_id;
        if (entry.status == EntryStatus::kDeleted && !of_this_commit) continue;
        if (entry.status == EntryStatus::kAdded && !of_this_commit) entry.status = EntryStatus::kExisting;
        entries.push_back(std::move(entry));
      }
      merged.insert(manifest.path);
    }
    GT_ASSIGN(ManifestFile whole, write_manifest_file(*spec, entries, snapshot_id, deletes));
    std::erase_if(manifests, [&](const ManifestFile& manifest) { return merged.contains(manifest.path); });
    manifests.push_back(std::move(whole));
  }
  return {};
}

Status SnapshotProducer::make_snapshot(const Change& change) {
  std::int64_t id = random_id();
  while (metadata_.find_snapshot(id) != nullptr) id = random_id();
  std::vector<ManifestFile> manifests;
  const Snapshot* parent = metadata_.current_snapshot();
  if (parent != nullptr) {
    GT_ASSIGN(manifests, base_.manifests(*parent));
    std::erase_if(manifests, [](const ManifestFile& manifest) { return !has_live_files(manifest); });
  }
  std::vector<DataFile> removed = change.removed;
  if (!removed.empty()) {
    GT_RETURN_IF_ERROR(drop_removed(change.removed, id, manifests));
    GT_RETURN_IF_ERROR(drop_spent_deletes(id, manifests, removed));
  }

  std::map<std::pair<std::int32_t, bool>, std::vector<ManifestEntry>> added;
  for (const DataFile& file : change.added) {
    ManifestEntry& entry = added[{file.spec_id, file.content != FileContent::kData}].emplace_back();
    entry.snapshot_id = id;
    entry.file = file;
  }
  for (const auto& [key, entries] : added) {
    const auto [spec_id, deletes] = key;
    const PartitionSpec* spec = metadata_.find_spec(spec_id);
    if (spec == nullptr) {
      return fail(ErrorKind::kUsage, 4032, fmt::format("there is no partition spec {}", spec_id),
                  base_.name().to_string());
    }
    GT_ASSIGN(ManifestFile manifest, write_manifest_file(*spec, entries, id, deletes));
    manifests.insert(manifests.begin(), std::move(manifest));
  }
  GT_RETURN_IF_ERROR(merge_small(id, manifests));

  Snapshot snapshot;
  snapshot.snapshot_id = id;
  snapshot.parent_snapshot_id = metadata_.current_snapshot_id;
  snapshot.sequence_number = metadata_.last_sequence_number + 1;
  snapshot.timestamp_ms = next_timestamp_ms();
  snapshot.operation = to_string(operation_of(change));
  snapshot.summary = summarise(metadata_, change.options.summary,
                               {.added = change.added, .removed = removed, .manifests = manifests});
  snapshot.schema_id = metadata_.current_schema_id;
  GT_ASSIGN(const std::string list,
            write_manifest_list(id, snapshot.parent_snapshot_id, snapshot.sequence_number, manifests));
  const std::string path = metadata_path(fmt::format("snap-{}-1-{}.avro", id, new_uuid()));
  GT_RETURN_IF_ERROR(written_.write(path, list));
  snapshot.manifest_list = to_location(path);

  metadata_.last_sequence_number = snapshot.sequence_number;
  metadata_.snapshots.push_back(std::move(snapshot));
  snapshot_id_ = id;
  return set_current(id);
}

Status SnapshotProducer::set_current(std::int64_t snapshot_id) {
  if (metadata_.find_snapshot(snapshot_id) == nullptr) {
    return fail(ErrorKind::kNotFound, 4015, fmt::format("there is no snapshot {}", snapshot_id),
                base_.name().to_string());
  }
  if (metadata_.current_snapshot_id == snapshot_id) return {};
  changed_ = true;
  metadata_.last_updated_ms = next_timestamp_ms();
  metadata_.current_snapshot_id = snapshot_id;
  metadata_.refs["main"].snapshot_id = snapshot_id;
  metadata_.snapshot_log.push_back({metadata_.last_updated_ms, snapshot_id});
  return {};
}

Status SnapshotProducer::change_schema(const SchemaChange& change) {
  auto changed = change.apply(metadata_.schema(), metadata_.last_column_id);
  if (!changed) {
    Error error = changed.error();
    error.where = base_.name().to_string();
    return std::unexpected<Error>(std::move(error));
  }
  std::vector<std::int32_t> sources;
  for (const PartitionField& field : metadata_.default_spec().fields) sources.push_back(field.source_id);
  for (const SortField& field : metadata_.default_sort_order().fields) sources.push_back(field.source_id);
  for (const std::int32_t id : sources) {
    const Field* source = metadata_.schema().find(id);
    if (source == nullptr || changed->find(id) != nullptr) continue;
    return fail(
        ErrorKind::kUsage, 4404,
        fmt::format("the column {} cannot be dropped: the table is partitioned or sorted by it; change that "
                    "first",
                    source->name),
        base_.name().to_string());
  }
  // A schema that was there before is made the current one again.
  std::int32_t schema_id = -1;
  for (const Schema& other : metadata_.schemas) {
    changed->schema_id = std::max(changed->schema_id, other.schema_id);
    if (other.same_fields(*changed)) schema_id = other.schema_id;
  }
  if (schema_id < 0) {
    schema_id = ++changed->schema_id;
    metadata_.schemas.push_back(*std::move(changed));
  }
  changed_ = changed_ || schema_id != metadata_.current_schema_id;
  metadata_.current_schema_id = schema_id;
  return {};
}

Status SnapshotProducer::add_spec(PartitionSpec spec, bool make_default) {
  GT_RETURN_IF_ERROR(spec.partition_type(metadata_.schema()));
  std::int32_t spec_id = -1;
  std::int32_t highest = -1;
  for (const PartitionSpec& other : metadata_.partition_specs) {
    highest = std::max(highest, other.spec_id);
    if (other.same_fields(spec)) spec_id = other.spec_id;
  }
  if (spec_id < 0) {
    spec_id = spec.spec_id = highest + 1;
    for (PartitionField& field : spec.fields) {
      field.field_id = 0;
      for (const PartitionSpec& other : metadata_.partition_specs) {
        for (const PartitionField& known : other.fields) {
          if (known.source_id == field.source_id && known.transform == field.transform)
            field.field_id = known.field_id;
        }
      }
      if (field.field_id == 0) field.field_id = ++metadata_.last_partition_id;
    }
    metadata_.partition_specs.push_back(std::move(spec));
    changed_ = true;
  }
  if (make_default && metadata_.default_spec_id != spec_id) {
    metadata_.default_spec_id = spec_id;
    changed_ = true;
  }
  return {};
}

TableMetadata SnapshotProducer::finish() {
  metadata_.last_updated_ms = next_timestamp_ms();
  return std::move(metadata_);
}

namespace {

// The files that one snapshot added or removed, as its own manifests say.
Result<std::vector<DataFile>> changed_files(const Table& table, const Snapshot& snapshot) {
  std::vector<DataFile> files;
  GT_ASSIGN(const auto manifests, table.manifests(snapshot));
  for (const ManifestFile& manifest : manifests) {
    if (manifest.added_snapshot_id != snapshot.snapshot_id) continue;
    GT_ASSIGN(const std::string path, to_path(manifest.path));
    GT_ASSIGN(const std::string bytes, table.filesystem().read(path));
    GT_ASSIGN(auto entries, read_manifest(bytes, manifest, table.metadata().schema_with_dropped(),
                                          table.metadata().partition_specs));
    for (ManifestEntry& entry : entries) {
      const bool of_it = entry.snapshot_id == snapshot.snapshot_id && entry.status != EntryStatus::kExisting;
      if (of_it) files.push_back(std::move(entry.file));
    }
  }
  return files;
}

// Whether a file that is to go has been given deletes: whoever wrote it anew did not know of them.
Result<bool> deletes_from(const Table& table, const Snapshot& snapshot,
                          const std::vector<DataFile>& removed) {
  GT_ASSIGN(const auto manifests, table.manifests(snapshot));
  DeleteIndex added;
  for (const ManifestFile& manifest : manifests) {
    if (!manifest.deletes || manifest.added_snapshot_id != snapshot.snapshot_id) continue;
    const PartitionSpec* spec = table.metadata().find_spec(manifest.spec_id);
    if (spec == nullptr) continue;
    GT_ASSIGN(auto entries, table.live_entries(manifest));
    for (ManifestEntry& entry : entries) {
      if (entry.status == EntryStatus::kAdded) {
        GT_RETURN_IF_ERROR(added.add(std::move(entry), *spec, table.metadata()));
      }
    }
  }
  return std::any_of(removed.begin(), removed.end(), [&](const DataFile& file) {
    return file.content == FileContent::kData && !added.find(file, 0, table.metadata()).empty();
  });
}

std::unexpected<Error> conflict(const Table& table, std::string what) {
  return fail(
      ErrorKind::kConflict, 4010,
      fmt::format("another writer {} {} first; plan the change again", what, table.name().to_string()));
}

}  // namespace

Status check_rebase(const Table& base, const Table& current, const Change& change) {
  // A catalog of somebody else's may give all states of a table one location.
  if (base.metadata_location() == current.metadata_location() &&
      base.current_snapshot_id() == current.current_snapshot_id()) {
    return {};
  }
  if (base.metadata().table_uuid != current.metadata().table_uuid) return conflict(base, "made anew");
  if (change.set_current_snapshot) return conflict(base, "changed");
  if (!change.options.planned_from && change.removed.empty()) return {};
  GT_ASSIGN(const BoundExpression filter,
            BoundExpression::bind(change.options.planned_from.value_or(Expression::always_false()),
                                  current.schema()));
  const Snapshot* at = current.metadata().current_snapshot();
  while (at != nullptr && at->snapshot_id != base.current_snapshot_id()) {
    GT_ASSIGN(const bool deleted, deletes_from(current, *at, change.removed));
    if (deleted) return conflict(base, "deleted rows of files to be replaced in");
    if (change.options.planned_from && at->operation != to_string(Operation::kReplace)) {
      GT_ASSIGN(const auto files, changed_files(current, *at));
      for (const DataFile& file : files) {
        const PartitionSpec* spec = current.metadata().find_spec(file.spec_id);
        if (spec == nullptr || filter.may_match(file, *spec))
          return conflict(base, "changed the same rows of");
      }
    }
    at = at->parent_snapshot_id ? current.metadata().find_snapshot(*at->parent_snapshot_id) : nullptr;
  }
  // The snapshot planned from is no longer in the line: rolled back, or expired.
  if (at == nullptr && base.current_snapshot_id() && change.options.planned_from)
    return conflict(base, "rolled back or expired snapshots of");
  return {};
}

}  // namespace goldtape::table::internal
