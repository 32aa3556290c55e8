#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/kept_file_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/metadata_file_internal.h"
#include "goldtape/table/table_metadata_json.h"

namespace goldtape::table::internal {

namespace {

constexpr std::size_t kMaxMetadataLog = 100;  // As write.metadata.previous-versions-max.
constexpr std::size_t kCacheBytes = 64U << 20U;
constexpr std::size_t kParsedOverStored = 4;

LruCache<TableMetadata>& metadata_cache() {
  static LruCache<TableMetadata> cache(kCacheBytes);
  return cache;
}

}  // namespace

int version_of(const std::string& metadata_location) {
  const std::size_t slash = metadata_location.rfind('/');
  const std::string_view name =
      std::string_view(metadata_location).substr(slash == std::string::npos ? 0 : slash + 1);
  int version = 0;
  std::from_chars(name.data(), name.data() + name.size(), version);
  return std::max(version, 0);
}

Result<std::shared_ptr<const TableMetadata>> read_metadata_file(io::FileSystem& filesystem,
                                                                const std::string& location) {
  return read_kept(metadata_cache(), filesystem, location, {.parsed_over_stored = kParsedOverStored},
                   [](const std::string& json, const std::string& path) {
                     return located(parse_table_metadata(json), path);
                   });
}

Result<MetadataFile> write_metadata_file(io::FileSystem& filesystem, const TableMetadata& metadata,
                                         int version) {
  GT_ASSIGN(const std::string root, to_path(metadata.location));
  std::string path = fmt::format("{}/metadata/{:05}-{}.metadata.json", root, version, new_uuid());
  Status written = filesystem.write(path, to_json(metadata), {.unnamed_yet = true});
  if (!written) {
    (void)filesystem.remove(path);  // A failed write may leave something too.
    return std::unexpected<Error>(written.error());
  }
  std::string location = to_location(path);
  return MetadataFile{std::move(path), std::move(location)};
}

TableMetadata with_log_entry(TableMetadata next, const Table& base) {
  next.format_version = 2;
  next.metadata_log.push_back({base.metadata().last_updated_ms, base.metadata_location()});
  if (next.metadata_log.size() > kMaxMetadataLog) {
    const auto surplus = static_cast<std::ptrdiff_t>(next.metadata_log.size() - kMaxMetadataLog);
    next.metadata_log.erase(next.metadata_log.begin(), next.metadata_log.begin() + surplus);
  }
  return next;
}

}  // namespace goldtape::table::internal
