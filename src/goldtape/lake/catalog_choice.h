// Where a lake keeps its catalog and its operations, as its settings say. Not public.
#pragma once

#include <string>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::lake {

/// A lake's own setting `catalog.uri`; empty where goldtape.toml does not say it or is not there.
/// Errors: io's, those of Config::load.
[[nodiscard]] Result<std::string> configured_catalog(io::FileSystem& files, const std::string& root);

/// The operations database as store::Database::open takes it: `asked` (a setting that is stronger than the
/// folder's, may be empty), else what goldtape.toml says, else the file in the folder.
/// Errors: kUsage GT4200 of a kind that is not known, GT4203 a password in it; configured_catalog's.
[[nodiscard]] Result<std::string> find_database(io::FileSystem& files, const std::string& root,
                                                const std::string& asked);

/// Whether init may go on. A folder without goldtape.toml has no catalog yet.
/// Errors: kUsage GT4204 the lake has another catalog than is asked for; configured_catalog's.
[[nodiscard]] Status require_same_catalog(io::FileSystem& files, const std::string& root,
                                          const std::string& asked);

/// Errors: kUsage GT5112 the catalog is not a file in the lake's folder; find_database's.
[[nodiscard]] Status require_file_catalog(io::FileSystem& files, const std::string& root,
                                          const std::string& asked);

}  // namespace goldtape::lake
