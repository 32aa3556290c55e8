#include "goldtape/lake/catalog_choice.h"

#include <fmt/format.h>

#include "goldtape/base/config.h"
#include "goldtape/lake/lake_names_internal.h"
#include "goldtape/store/postgres_uri.h"

namespace goldtape::lake {

namespace {

std::string in_folder(const std::string& root, const char* name) {
  return fmt::format("{}/{}", root == "/" ? "" : root, name);
}

std::string_view or_file(const std::string& uri) {
  return uri.empty() ? std::string_view(names::kDatabaseName) : std::string_view(uri);
}

}  // namespace

Result<std::string> configured_catalog(io::FileSystem& files, const std::string& root) {
  const std::string path = in_folder(root, names::kConfigName);
  const auto text = files.read(path);
  if (!text && text.error().kind == ErrorKind::kNotFound) return std::string();
  GT_RETURN_IF_ERROR(text);
  GT_ASSIGN(const Config config, Config::load({.toml = *text, .toml_name = path}));
  return config.text("catalog.uri");
}

Result<std::string> find_database(io::FileSystem& files, const std::string& root, const std::string& asked) {
  std::string catalog = asked;
  if (catalog.empty()) {
    GT_ASSIGN(catalog, configured_catalog(files, root));
  }
  if (catalog.empty()) return in_folder(root, names::kDatabaseName);
  if (!store::is_postgres_uri(catalog)) {
    return fail(ErrorKind::kUsage, 4200,
                "catalog.uri is of a kind that this program does not know; write "
                "postgresql://USER@HOST:PORT/DATABASE, or nothing for a file in the lake's folder",
                catalog);
  }
  GT_RETURN_IF_ERROR(store::check_postgres_uri(catalog));
  return catalog;
}

Status require_same_catalog(io::FileSystem& files, const std::string& root, const std::string& asked) {
  if (asked.empty() || !files.info(in_folder(root, names::kConfigName))) return {};
  GT_ASSIGN(const std::string own, configured_catalog(files, root));
  if (asked == own) return {};
  return fail(ErrorKind::kUsage, 4204,
              fmt::format("this lake's catalog is {}, not {}; init does not move a catalog. Name another "
                          "folder, or write catalog.uri into goldtape.toml of a lake that has no tables yet",
                          or_file(own), asked),
              root);
}

Status require_file_catalog(io::FileSystem& files, const std::string& root, const std::string& asked) {
  GT_ASSIGN(const std::string database, find_database(files, root, asked));
  if (database == in_folder(root, names::kDatabaseName)) return {};
  return fail(ErrorKind::kUsage, 5112, "this needs a catalog that is a file in the lake's folder", database);
}

}  // namespace goldtape::lake
