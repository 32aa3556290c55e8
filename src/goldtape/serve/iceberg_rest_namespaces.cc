// Namespaces of the Iceberg REST catalog.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/serve/iceberg_rest_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::serve::internal {
namespace {

namespace rest = table::rest;
using nlohmann::ordered_json;

Result<Response> list(const table::Catalog& catalog, const Request& request) {
  std::string prefix;
  if (const std::string* parent = request.query_value("parent"); parent != nullptr && !parent->empty()) {
    GT_ASSIGN(const std::string space, rest::space_from_path(*parent));
    prefix = space + ".";
  }
  GT_ASSIGN(const auto spaces, catalog.list_namespaces());
  std::set<std::string> children;  // A namespace may stand there by its descendants only.
  for (const std::string& space : spaces) {
    if (!space.starts_with(prefix)) continue;
    children.insert(space.substr(0, space.find('.', prefix.size())));
  }
  if (!prefix.empty() && children.empty()) {
    const std::string parent = prefix.substr(0, prefix.size() - 1);
    if (std::find(spaces.begin(), spaces.end(), parent) == spaces.end()) {
      return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", parent));
    }
  }
  rest::NamesPage page;
  page.spaces.assign(children.begin(), children.end());
  return Response::json(200, rest::to_json(page, false));
}

Result<Response> create(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto message, rest::parse_namespace(request.body));
  GT_RETURN_IF_ERROR(catalog.create_namespace(message.space, message.properties));
  return Response::json(200, rest::to_json(message));
}

/// A namespace that names no location of its own is told where its tables will lie: Trino 476 stages the
/// creation of a table only where there is one, and refuses to create it otherwise (its issue 26742).
Result<Response> load(const table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(std::string space, space_of(request));
  GT_ASSIGN(auto properties, catalog.namespace_properties(space));
  const std::string root = fmt::format("{}/{}", catalog.warehouse(), space);
  properties.try_emplace("location", root.starts_with('/') ? table::to_location(root) : root);
  return Response::json(200, rest::to_json(rest::NamespaceMessage{.space = std::move(space),
                                                                  .properties = std::move(properties)}));
}

Result<Response> exists(const table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const std::string space, space_of(request));
  GT_ASSIGN(const bool there, catalog.namespace_exists(space));
  return Response{.status = there ? 204 : 404, .headers = {}, .body = {}};
}

Result<Response> drop(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const std::string space, space_of(request));
  GT_RETURN_IF_ERROR(catalog.drop_namespace(space));
  return Response{.status = 204, .headers = {}, .body = {}};
}

Result<Response> update(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const std::string space, space_of(request));
  GT_ASSIGN(const auto message, rest::parse_properties_update(request.body));
  for (const std::string& key : message.removals) {
    if (!message.updates.contains(key)) continue;
    return iceberg_error(422, "UnprocessableEntityException",
                         fmt::format("the property '{}' is both set and removed", key));
  }
  GT_ASSIGN(const auto before, catalog.namespace_properties(space));
  GT_RETURN_IF_ERROR(catalog.update_namespace(space, message.updates, message.removals));
  ordered_json json{{"updated", ordered_json::array()},
                    {"removed", ordered_json::array()},
                    {"missing", ordered_json::array()}};
  for (const auto& [key, value] : message.updates) json["updated"].push_back(key);
  for (const std::string& key : message.removals)
    json[before.contains(key) ? "removed" : "missing"].push_back(key);
  return Response::json(200, json.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace

void add_namespace_routes(Router& router, table::Catalog& catalog) {
  const auto add = [&](const char* method, const char* path, auto answer) {
    router.add(method, path,
               guarded([&catalog, answer](const Request& request) { return answer(catalog, request); }));
  };
  add("GET", "/v1/namespaces", list);
  add("POST", "/v1/namespaces", create);
  add("GET", "/v1/namespaces/{namespace}", load);
  add("HEAD", "/v1/namespaces/{namespace}", exists);
  add("DELETE", "/v1/namespaces/{namespace}", drop);
  add("POST", "/v1/namespaces/{namespace}/properties", update);
}

}  // namespace goldtape::serve::internal
