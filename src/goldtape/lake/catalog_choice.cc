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

constexpr std::string_view kRestPrefix = "rest+";
constexpr std::string_view kWarehouse = "warehouse=";

/// Without what stands before the host: it may be a secret.
std::string without_user(const std::string& uri) {
  const std::size_t host = uri.find("://");
  const std::size_t at = uri.find('@');
  if (host == std::string::npos || at == std::string::npos) return uri;
  return uri.substr(0, host + 3) + "..." + uri.substr(at);
}

std::unexpected<Error> bad_uri(const std::string& uri, std::string_view why) {
  return fail(ErrorKind::kUsage, 4200,
              fmt::format("catalog.uri cannot be used: {}. Write postgresql://USER@HOST:PORT/DATABASE, "
                          "rest+https://HOST:PORT/PATH?warehouse=NAME, or nothing for a file in the lake's "
                          "folder",
                          why),
              without_user(uri));
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

Result<CatalogChoice> choose_catalog(io::FileSystem& files, const std::string& root,
                                     const std::string& asked) {
  std::string uri = asked;
  if (uri.empty()) {
    GT_ASSIGN(uri, configured_catalog(files, root));
  }
  CatalogChoice choice{.database = in_folder(root, names::kDatabaseName), .rest = {}};
  if (uri.empty()) return choice;
  if (uri.starts_with(kRestPrefix)) {
    GT_RETURN_IF_ERROR(rest_options(uri, {}));
    choice.rest = std::move(uri);
    return choice;
  }
  if (!store::is_postgres_uri(uri)) return bad_uri(uri, "it is of a kind that this program does not know");
  GT_RETURN_IF_ERROR(store::check_postgres_uri(uri));
  choice.database = std::move(uri);
  return choice;
}

Result<table::RestCatalogOptions> rest_options(const std::string& uri, const Environment& environment) {
  std::string url = uri.substr(kRestPrefix.size());
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return bad_uri(uri, "after rest+ comes http:// or https://");
  }
  const std::size_t host = url.find("://") + 3;
  if (const auto at = url.find('@'); at < url.find_first_of("/?#", host)) {
    return fail(ErrorKind::kUsage, 4203,
                "there are credentials in catalog.uri, which is kept in a file: give them by "
                "GOLDTAPE_CATALOG_TOKEN or GOLDTAPE_CATALOG_CREDENTIALS",
                without_user(uri));
  }
  table::RestCatalogOptions options;
  if (const auto question = url.find('?'); question != std::string::npos) {
    const std::string query = url.substr(question + 1);
    if (!query.starts_with(kWarehouse) || query.find_first_of("&#") != std::string::npos) {
      return bad_uri(uri, "after ? comes warehouse=NAME and nothing else");
    }
    options.warehouse = query.substr(kWarehouse.size());
    url.resize(question);
  }
  if (url.size() == host || url.find('#') != std::string::npos) return bad_uri(uri, "it names no host");
  options.uri = std::move(url);
  const auto variable = [&](const char* name) {
    const auto at = environment.find(name);
    return at == environment.end() ? std::string() : at->second;
  };
  options.token = variable("GOLDTAPE_CATALOG_TOKEN");
  options.credential = variable("GOLDTAPE_CATALOG_CREDENTIALS");
  return options;
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
  GT_ASSIGN(const CatalogChoice choice, choose_catalog(files, root, asked));
  if (choice.rest.empty() && choice.database == in_folder(root, names::kDatabaseName)) return {};
  return fail(ErrorKind::kUsage, 5112, "this needs a catalog that is a file in the lake's folder",
              choice.rest.empty() ? choice.database : choice.rest);
}

}  // namespace goldtape::lake
