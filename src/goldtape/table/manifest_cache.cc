#include <fmt/format.h>

#include "goldtape/table/kept_file_internal.h"
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
  return read_kept(list_cache(), filesystem, location, {.parsed_over_stored = kParsedOverStored},
                   [](const std::string& bytes, const std::string& path) {
                     return located(read_manifest_list(bytes), path);
                   });
}

Result<std::shared_ptr<const std::vector<ManifestEntry>>> load_live_entries(io::FileSystem& filesystem,
                                                                            const ManifestFile& manifest,
                                                                            const TableMetadata& metadata) {
  // What an entry inherits comes from the list, and how its partition is read from the table's specs.
  const std::string context = fmt::format("{} {} {} {}", manifest.sequence_number, manifest.added_snapshot_id,
                                          metadata.current_schema_id, metadata.table_uuid);
  return read_kept(
      entry_cache(), filesystem, manifest.path, {.parsed_over_stored = kParsedOverStored, .context = context},
      [&](const std::string& bytes, const std::string&) -> Result<std::vector<ManifestEntry>> {
        GT_ASSIGN(auto entries,
                  read_manifest(bytes, manifest, metadata.schema_with_dropped(), metadata.partition_specs));
        std::erase_if(entries,
                      [](const ManifestEntry& entry) { return entry.status == EntryStatus::kDeleted; });
        return entries;
      });
}

}  // namespace goldtape::table::internal
