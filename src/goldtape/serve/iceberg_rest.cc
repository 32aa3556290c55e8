#include "goldtape/serve/iceberg_rest.h"

#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/log.h"
#include "goldtape/base/text.h"
#include "goldtape/serve/iceberg_rest_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::serve {
namespace internal {
namespace {

constexpr std::array kEndpoints{
    "GET /v1/{prefix}/namespaces",
    "POST /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "DELETE /v1/{prefix}/namespaces/{namespace}",
    "POST /v1/{prefix}/namespaces/{namespace}/properties",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/register",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
    "POST /v1/{prefix}/tables/rename",
    "POST /v1/{prefix}/transactions/commit",
};

Response config(const Request&) {
  const nlohmann::ordered_json json{{"defaults", nlohmann::ordered_json::object()},
                                    {"overrides", nlohmann::ordered_json::object()},
                                    {"endpoints", kEndpoints}};
  return Response::json(200, json.dump());
}

/// In a time that does not tell how much of it is right.
bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

bool authorized(const Request& request, const std::string& token) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view sent = request.headers.get("Authorization");
  return sent.size() > kScheme.size() && to_lower(sent.substr(0, kScheme.size())) == kScheme &&
         same_secret(trim(sent.substr(kScheme.size())), token);
}

struct Shape {
  int status;
  std::string_view type;
};

Shape shape_of(const Error& error, bool commit) {
  switch (error.code) {
    case 4010:
    case 4301: return {409, "CommitFailedException"};
    case 4011: return {404, "NoSuchTableException"};
    case 4012: return {409, "AlreadyExistsException"};
    case 4013: return {404, "NoSuchNamespaceException"};
    case 4014: return {409, "NamespaceNotEmptyException"};
    case 4016: return {500, "CommitStateUnknownException"};
    default: break;
  }
  switch (error.kind) {
    case ErrorKind::kNotFound: return {404, "NotFoundException"};
    case ErrorKind::kConflict:
      // Nothing has changed, so a commit may be tried again: other answers say that this is not known.
      if (commit) return {409, "CommitFailedException"};
      return {503, "ServiceUnavailableException"};
    case ErrorKind::kUnavailable: return {503, "ServiceUnavailableException"};
    case ErrorKind::kDamaged:
      if (!error.where.empty()) return {500, "InternalServerError"};  // A file of ours, not the request.
      return {400, "BadRequestException"};
    case ErrorKind::kUsage:
    case ErrorKind::kUnsupported: return {400, "BadRequestException"};
    default: return {500, "InternalServerError"};
  }
}

}  // namespace

Response iceberg_error(int status, std::string_view type, std::string message) {
  return Response::json(
      status, table::rest::to_json({.message = std::move(message), .type = std::string(type)}, status));
}

Response iceberg_error(const Error& error, bool commit) {
  const Shape shape = shape_of(error, commit);
  if (shape.status >= 500) log::error(error);
  return iceberg_error(shape.status, shape.type, error.to_string());
}

Result<std::string> space_of(const Request& request) {
  return table::rest::space_from_path(request.params.at("namespace"));
}

Result<table::TableName> table_of(const Request& request) {
  GT_ASSIGN(std::string space, space_of(request));
  const std::string& name = request.params.at("table");
  GT_RETURN_IF_ERROR(table::rest::check_name(name));
  return table::TableName{.space = std::move(space), .name = name};
}

Status check_location(const table::Catalog& catalog, const std::string& location) {
  const std::string& root = catalog.warehouse();
  const std::string warehouse =
      table::normalise_location(root.starts_with('/') ? table::to_location(root) : root);
  const std::string wanted = table::normalise_location(location);
  if (wanted.starts_with(warehouse + "/") && (wanted + "/").find("/../") == std::string::npos) return {};
  return fail(ErrorKind::kUsage, 4305,
              fmt::format("tables of this catalog lie below {}, and nowhere else", warehouse), location);
}

}  // namespace internal

Handler iceberg_rest_handler(table::Catalog& catalog, IcebergRestOptions options) {
  auto router = std::make_shared<Router>();
  router->add("GET", "/v1/config", internal::config);
  internal::add_namespace_routes(*router, catalog);
  internal::add_table_routes(*router, catalog);
  internal::add_commit_routes(*router, catalog);
  router->set_fallback([](const Request& request) {
    return internal::iceberg_error(404, "NotFoundException",
                                   fmt::format("GT8022: nothing is served at {}", request.path));
  });
  return [router, token = std::move(options.token)](const Request& request) {
    if (!token.empty() && !internal::authorized(request, token)) {
      Response refused = internal::iceberg_error(401, "NotAuthorizedException",
                                                 "GT4306: the bearer token is missing or wrong");
      refused.headers.add("WWW-Authenticate", "Bearer");
      return refused;
    }
    return router->handle(request);
  };
}

}  // namespace goldtape::serve
