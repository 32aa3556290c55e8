#include "goldtape/table/table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/manifest_cache_internal.h"

namespace goldtape::table {

Result<TableName> TableName::parse(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  const bool empty_part =
      text.starts_with('.') || text.ends_with('.') || text.find("..") != std::string_view::npos;
  if (dot == std::string_view::npos || empty_part) {
    return fail(ErrorKind::kUsage, 4018,
                fmt::format("'{}' is no table name; one looks like bronze.bars", text));
  }
  return TableName{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

Table::Table(TableName name, std::string metadata_location, std::shared_ptr<const TableMetadata> metadata,
             std::shared_ptr<io::FileSystem> filesystem)
    : name_(std::move(name)),
      metadata_location_(std::move(metadata_location)),
      metadata_(std::move(metadata)),
      filesystem_(std::move(filesystem)) {}

std::vector<Snapshot> Table::history() const {
  std::vector<Snapshot> chain;
  for (const Snapshot* at = metadata_->current_snapshot(); at != nullptr;) {
    chain.push_back(*at);
    at = at->parent_snapshot_id ? metadata_->find_snapshot(*at->parent_snapshot_id) : nullptr;
    if (chain.size() > metadata_->snapshots.size()) break;  // A circle: damaged metadata must not hang us.
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::optional<Snapshot> Table::find_snapshot_by_summary(std::string_view key, std::string_view value) const {
  const std::vector<Snapshot> chain = history();
  for (auto snapshot = chain.rbegin(); snapshot != chain.rend(); ++snapshot) {
    const auto at = snapshot->summary.find(std::string(key));
    if (at != snapshot->summary.end() && at->second == value) return *snapshot;
  }
  return std::nullopt;
}

Result<std::vector<ManifestFile>> Table::manifests(const Snapshot& snapshot) const {
  GT_ASSIGN(const auto list, internal::load_manifest_list(*filesystem_, snapshot.manifest_list));
  return *list;
}

Result<std::vector<ManifestEntry>> Table::live_entries(const ManifestFile& manifest) const {
  GT_ASSIGN(const auto entries, internal::load_live_entries(*filesystem_, manifest, *metadata_));
  return *entries;
}

Result<std::vector<DataFile>> Table::data_files(std::optional<std::int64_t> snapshot_id) const {
  std::vector<DataFile> files;
  const Snapshot* snapshot =
      snapshot_id ? metadata_->find_snapshot(*snapshot_id) : metadata_->current_snapshot();
  if (snapshot == nullptr) {
    if (!snapshot_id) return files;
    return fail(ErrorKind::kNotFound, 4015, fmt::format("there is no snapshot {}", *snapshot_id),
                name_.to_string());
  }
  GT_ASSIGN(const auto list, manifests(*snapshot));
  for (const ManifestFile& manifest : list) {
    if (manifest.deletes) continue;
    GT_ASSIGN(auto entries, live_entries(manifest));
    for (ManifestEntry& entry : entries) files.push_back(std::move(entry.file));
  }
  return files;
}

}  // namespace goldtape::table
