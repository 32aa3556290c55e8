// Files that are parsed once while they stay what they are. Not public.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/file_identity_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/lru_cache_internal.h"

namespace goldtape::table::internal {

/// How a kind of file is kept.
struct KeptAs {
  std::size_t parsed_over_stored = 1;  ///< What a value weighs, in bytes of its file.
  std::string context = {};            ///< What a value depends on besides the file.
};

/// parse(bytes, path) of a file, or what it was when this file was read last. Errors: io's and parse's.
template <typename Value, typename Parse>
[[nodiscard]] Result<std::shared_ptr<const Value>> read_kept(LruCache<Value>& cache,
                                                             io::FileSystem& filesystem,
                                                             const std::string& location, const KeptAs& as,
                                                             Parse&& parse) {
  GT_ASSIGN(const std::string path, to_path(location));
  GT_ASSIGN(const FileIdentity identity, identify(filesystem, path));
  const std::string key = identity.key + "\n" + as.context;
  if (auto kept = cache.find(key)) return kept;
  GT_ASSIGN(const std::string bytes, filesystem.read(path));
  Result<Value> parsed = std::forward<Parse>(parse)(bytes, path);
  if (!parsed) return std::unexpected<Error>(parsed.error());
  auto value = std::make_shared<const Value>(*std::move(parsed));
  if (identity.settled) cache.put(key, value, bytes.size() * as.parsed_over_stored);
  return value;
}

/// An error of parsing, said of its file.
template <typename Value>
[[nodiscard]] Result<Value> located(Result<Value> parsed, const std::string& path) {
  if (!parsed) parsed.error().where = path;
  return parsed;
}

}  // namespace goldtape::table::internal
