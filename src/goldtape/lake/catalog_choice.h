// Where a lake keeps its catalog and its operations, as its settings say. Not public.
#pragma once

#include <string>

#include "goldtape/base/result.h"
#include "goldtape/base/secrets.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/rest_catalog.h"

namespace goldtape::lake {

/// A lake's own setting `catalog.uri`; empty where goldtape.toml does not say it or is not there.
/// Errors: io's, those of Config::load.
[[nodiscard]] Result<std::string> configured_catalog(io::FileSystem& files, const std::string& root);

struct CatalogChoice {
  std::string database;  ///< The operations database as store::Database::open takes it.
  std::string rest;      ///< "rest+https://host/path" where somebody else's server holds the pointers.
};

/// `asked` (a setting that is stronger than the folder's, may be empty), else what goldtape.toml says, else
/// all in the folder's file.
/// Errors: kUsage GT4200 of a kind that is not known, GT4203 a password in it; configured_catalog's.
[[nodiscard]] Result<CatalogChoice> choose_catalog(io::FileSystem& files, const std::string& root,
                                                   const std::string& asked);

/// How the server is reached: "rest+http(s)://host:port/path?warehouse=NAME", a token from
/// GOLDTAPE_CATALOG_TOKEN or client credentials "id:secret" from GOLDTAPE_CATALOG_CREDENTIALS.
/// Errors: kUsage GT4200, GT4203.
[[nodiscard]] Result<table::RestCatalogOptions> rest_options(const std::string& uri,
                                                             const Environment& environment);

/// Whether init may go on. A folder without goldtape.toml has no catalog yet.
/// Errors: kUsage GT4204 the lake has another catalog than is asked for; configured_catalog's.
[[nodiscard]] Status require_same_catalog(io::FileSystem& files, const std::string& root,
                                          const std::string& asked);

/// Errors: kUsage GT5112 the catalog is not a file in the lake's folder; choose_catalog's.
[[nodiscard]] Status require_file_catalog(io::FileSystem& files, const std::string& root,
                                          const std::string& asked);

}  // namespace goldtape::lake
