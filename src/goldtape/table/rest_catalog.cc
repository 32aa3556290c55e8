#include "goldtape/table/rest_catalog.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/rest_catalog_internal.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::table {
namespace {

constexpr int kMaxLevels = 16;
constexpr int kMaxPages = 100'000;

}  // namespace

Result<std::unique_ptr<RestCatalog>> RestCatalog::open(CatalogParts parts, RestCatalogOptions options) {
  if (!options.uri.starts_with("http://") && !options.uri.starts_with("https://")) {
    return fail(ErrorKind::kUsage, 4310, "a REST catalog is named by its http(s) URL", options.uri);
  }
  auto impl = std::make_unique<Impl>(std::move(options));
  impl->filesystem = parts.filesystem;
  GT_RETURN_IF_ERROR(impl->client.configure());
  return std::unique_ptr<RestCatalog>(new RestCatalog(std::move(parts), std::move(impl)));
}

RestCatalog::RestCatalog(CatalogParts parts, std::unique_ptr<Impl> impl)
    : Catalog(std::move(parts)), impl_(std::move(impl)) {}
RestCatalog::~RestCatalog() = default;

Result<Table> RestCatalog::Impl::table_of(const TableName& name, const io::HttpResponse& response) {
  auto loaded = rest::parse_loaded_table(response.body);
  if (!loaded) {
    if (loaded.error().kind == ErrorKind::kUnsupported)
      return std::unexpected<Error>(loaded.error().while_doing("opening the table " + name.to_string()));
    return fail(ErrorKind::kDamaged, 4312, "the catalog's answer is not a table: " + loaded.error().message,
                response.url);
  }
  return Table(name, std::move(loaded->metadata_location),
               std::make_shared<const TableMetadata>(std::move(loaded->metadata)), filesystem);
}

/// All pages of a list; `add` takes each.
template <typename Add>
Status RestCatalog::Impl::each_page(const std::string& path, Add&& add) {
  std::string token;
  for (int page = 0; page < kMaxPages; ++page) {
    std::string target = path;
    if (!token.empty())
      target += fmt::format("{}pageToken={}", path.find('?') == std::string::npos ? '?' : '&',
                            io::percent_encode(token));
    GT_ASSIGN(const auto response, client.ask({.path = std::move(target)}));
    auto names = rest::parse_names(response.body);
    if (!names)
      return fail(ErrorKind::kDamaged, 4312, "the catalog's answer is not a list: " + names.error().message,
                  response.url);
    if (names->next_page_token == token) names->next_page_token.clear();  // It would go on for ever.
    token = std::move(names->next_page_token);
    add(std::move(*names));
    if (token.empty()) return {};
  }
  return fail(ErrorKind::kDamaged, 4312, "the catalog's list does not end", path);
}

Status RestCatalog::Impl::add_spaces(const std::string& parent, int level, std::vector<std::string>& spaces) {
  if (level > kMaxLevels)
    return fail(ErrorKind::kDamaged, 4312, "the catalog's namespaces do not end", parent);
  std::string path = "namespaces";
  if (!parent.empty()) path += "?parent=" + io::percent_encode(rest::space_to_path(parent));
  std::vector<std::string> children;
  GT_RETURN_IF_ERROR(each_page(path, [&](rest::NamesPage page) {
    children.insert(children.end(), page.spaces.begin(), page.spaces.end());
  }));
  for (std::string& child : children) {
    // A server that knows no parents answers with what was listed before.
    if (!parent.empty() && !child.starts_with(parent + ".")) continue;
    spaces.push_back(child);
    GT_RETURN_IF_ERROR(add_spaces(child, level + 1, spaces));
  }
  return {};
}

Status RestCatalog::create_namespace(const std::string& space, const Properties& properties) {
  auto response = impl_->client.ask(
      {.method = "POST",
       .path = "namespaces",
       .body = rest::to_json(rest::NamespaceMessage{.space = space, .properties = properties})});
  if (response) return {};
  return std::unexpected<Error>(response.error());
}

Result<bool> RestCatalog::namespace_exists(const std::string& space) const {
  auto response = impl_->client.ask({.path = internal::space_path(space)});
  if (response) return true;
  if (response.error().kind == ErrorKind::kNotFound) return false;
  return std::unexpected<Error>(response.error());
}

Result<std::vector<std::string>> RestCatalog::list_namespaces() const {
  std::vector<std::string> spaces;
  GT_RETURN_IF_ERROR(impl_->add_spaces({}, 0, spaces));
  std::sort(spaces.begin(), spaces.end());
  return spaces;
}

Result<Properties> RestCatalog::namespace_properties(const std::string& space) const {
  GT_ASSIGN(const auto response, impl_->client.ask({.path = internal::space_path(space)}));
  GT_ASSIGN(auto message, rest::parse_namespace(response.body));
  return std::move(message.properties);
}

Status RestCatalog::update_namespace(const std::string& space, const Properties& updates,
                                     const std::vector<std::string>& removals) {
  GT_RETURN_IF_ERROR(impl_->client.ask(
      {.method = "POST",
       .path = internal::space_path(space) + "/properties",
       .body = rest::to_json(rest::PropertiesMessage{.updates = updates, .removals = removals})}));
  return {};
}

Status RestCatalog::drop_namespace(const std::string& space) {
  GT_RETURN_IF_ERROR(impl_->client.ask({.method = "DELETE", .path = internal::space_path(space)}));
  return {};
}

Result<Table> RestCatalog::register_table(const TableName& name, const std::string& metadata_location) {
  Status made = create_namespace(name.space);
  if (!made && made.error().kind != ErrorKind::kAlreadyExists && made.error().code != 4010) {
    return std::unexpected<Error>(made.error());
  }
  GT_ASSIGN(const auto response,
            impl_->client.ask({.method = "POST",
                               .path = internal::space_path(name.space) + "/register",
                               .body = rest::to_json(rest::RegisterTableMessage{
                                   .name = name.name, .metadata_location = metadata_location})}));
  return impl_->table_of(name, response);
}

Result<Table> RestCatalog::load(const TableName& name) const {
  auto response = impl_->client.ask({.path = internal::table_path(name)});
  if (response) return impl_->table_of(name, *response);
  if (response.error().kind == ErrorKind::kNotFound) return std::unexpected<Error>(no_such_table(name));
  return std::unexpected<Error>(response.error());
}

Result<bool> RestCatalog::exists(const TableName& name) const {
  GT_ASSIGN(const auto response, impl_->client.ask({.method = "HEAD", .path = internal::table_path(name)}));
  return response.status != 404;
}

Result<std::vector<TableName>> RestCatalog::list_tables(const std::string& space) const {
  std::vector<std::string> spaces{space};
  if (space.empty()) {
    GT_ASSIGN(spaces, list_namespaces());
  }
  std::vector<TableName> names;
  for (const std::string& each : spaces) {
    Status listed = impl_->each_page(internal::space_path(each) + "/tables", [&](rest::NamesPage page) {
      names.insert(names.end(), page.tables.begin(), page.tables.end());
    });
    if (!listed && listed.error().kind != ErrorKind::kNotFound) return std::unexpected<Error>(listed.error());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status RestCatalog::drop_table(const TableName& name) {
  auto response =
      impl_->client.ask({.method = "DELETE", .path = internal::table_path(name) + "?purgeRequested=false"});
  if (response) return {};
  if (response.error().kind == ErrorKind::kNotFound) return std::unexpected<Error>(no_such_table(name));
  return std::unexpected<Error>(response.error());
}

Status RestCatalog::rename_table(const TableName& from, const TableName& to) {
  Status made = create_namespace(to.space);
  if (!made && made.error().kind != ErrorKind::kAlreadyExists && made.error().code != 4010) return made;
  GT_RETURN_IF_ERROR(
      impl_->client.ask({.method = "POST",
                         .path = "tables/rename",
                         .body = rest::to_json(rest::RenameTableMessage{.from = from, .to = to})}));
  return {};
}

}  // namespace goldtape::table
