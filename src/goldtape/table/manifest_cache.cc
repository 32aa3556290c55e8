#include <fmt/format.h>

#include "goldtape/table/file_identity_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/lru_cache_internal.h"
#include "goldtape/table/manifest_avro.h"
#include "goldtape/table/manifest_cache_internal.h"

namespace goldtape::table::internal {
namespace {

constexpr std::size_t kCacheBytes = 128U << 20U;
constexpr std::size_t kParsedOverStored = 8;  // Avro is deflated, and bounds become strings of their own.

LruCache<std::vector<ManifestFile>>& list_cache() {
  static LruCache<std::vector<ManifestFile>> cache(kCacheBytes / 8);
  return cache;
}

LruCache<std::vector<ManifestEntry>>& entry_cache() {
  static LruCache<std::vector<ManifestEntry>> cache(kCacheBytes);
  return cache;
}

}  // namespace

Result<std::shared_ptr<const std::vector<ManifestFile>>> load_manifest_list(io::FileSystem& filesystem,
                                                                            const std::string& location) {
  GT_ASSIGN(const std::string path, to_path(location));
  GT_ASSIGN(const FileIdentity identity, identify(filesystem, path));
  if (auto kept = list_cache().find(identity.key)) return kept;
  GT_ASSIGN(const std::string bytes, filesystem.read(path));
  auto manifests = read_manifest_list(bytes);
  if (!manifests) {
    Error error = manifests.error();
    error.where = path;
    return std::unexpected<Error>(std::move(error));
  }
  auto list = std::make_shared<const std::vector<ManifestFile>>(*std::move(manifests));
  if (identity.settled) list_cache().put(identity.key, list, bytes.size() * kParsedOverStored);
  return list;
}

Result<std::shared_ptr<const std::vector<ManifestEntry>>> load_live_entries(io::FileSystem& filesystem,
                                                                            const ManifestFile& manifest,
                                                                            const TableMetadata& metadata) {
  GT_ASSIGN(const std::string path, to_path(manifest.path));
  GT_ASSIGN(const FileIdentity identity, identify(filesystem, path));
  // What an entry inherits comes from the list, and how its partition is read from the table's specs.
  const std::string key =
      fmt::format("{}\n{} {} {} {}", identity.key, manifest.sequence_number, manifest.added_snapshot_id,
                  metadata.current_schema_id, metadata.table_uuid);
  if (auto kept = entry_cache().find(key)) return kept;
  GT_ASSIGN(const std::string bytes, filesystem.read(path));
  GT_ASSIGN(auto entries,
            read_manifest(bytes, manifest, metadata.schema_with_dropped(), metadata.partition_specs));
  std::erase_if(entries, [](const ManifestEntry& entry) { return entry.status == EntryStatus::kDeleted; });
  auto live = std::make_shared<const std::vector<ManifestEntry>>(std::move(entries));
  if (identity.settled) entry_cache().put(key, live, bytes.size() * kParsedOverStored);
  return live;
}

}  // namespace goldtape::table::internal
