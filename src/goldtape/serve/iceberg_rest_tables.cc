// Tables of the Iceberg REST catalog, but for commits.
#include <set>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/serve/iceberg_rest_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/metadata_update.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::serve::internal {
namespace {

namespace rest = table::rest;

Result<Response> list(const table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const std::string space, space_of(request));
  GT_ASSIGN(const bool there, catalog.namespace_exists(space));
  if (!there) return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", space));
  rest::NamesPage page;
  GT_ASSIGN(page.tables, catalog.list_tables(space));
  return Response::json(200, rest::to_json(page, true));
}

/// warehouse/namespace/table, or beside it where a table that was renamed or dropped left its files: two
/// tables in one folder would take each other's files for orphans.
Result<std::string> free_location(const table::Catalog& catalog, const table::TableName& name) {
  std::string root = fmt::format("{}/{}/{}", catalog.warehouse(), name.space, name.name);
  const auto files = catalog.filesystem()->list(root, false);
  if (!files && files.error().kind != ErrorKind::kNotFound) return std::unexpected<Error>(files.error());
  if (files && !files->empty()) root += "-" + table::new_uuid().substr(0, 8);
  return root.starts_with('/') ? table::to_location(root) : root;
}

Result<Response> create(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const std::string space, space_of(request));
  GT_ASSIGN(auto message, rest::parse_create_table(request.body));
  GT_ASSIGN(const bool there, catalog.namespace_exists(space));
  if (!there) return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", space));
  const table::TableName name{.space = space, .name = message.name};
  GT_ASSIGN(const bool taken, catalog.exists(name));
  if (taken)
    return fail(ErrorKind::kAlreadyExists, 4012,
                fmt::format("the table {} exists already", name.to_string()));
  if (message.location.empty()) {
    GT_ASSIGN(message.location, free_location(catalog, name));
  }
  GT_RETURN_IF_ERROR(check_location(catalog, message.location));
  GT_ASSIGN(const table::TableSpec spec, table::with_fresh_ids(std::move(message.spec)));
  GT_ASSIGN(table::TableMetadata metadata,
            table::new_metadata(spec, message.location, catalog.clock().now()));
  if (message.stage_only) {
    return Response::json(200, rest::to_json(rest::LoadedTable{
                                   .metadata_location = {}, .metadata = std::move(metadata), .config = {}}));
  }
  GT_ASSIGN(const table::Table table, catalog.create_table(name, std::move(metadata)));
  return loaded(table);
}

Result<Response> load(const table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto name, table_of(request));
  GT_ASSIGN(const table::Table table, catalog.load(name));
  return loaded(table, &request);
}

Result<Response> exists(const table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto name, table_of(request));
  GT_ASSIGN(const bool there, catalog.exists(name));
  return Response{.status = there ? 204 : 404, .headers = {}, .body = {}};
}

Result<Response> drop(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto name, table_of(request));
  const std::string* purge = request.query_value("purgeRequested");
  if (purge != nullptr && (*purge == "true" || *purge == "True")) {
    return iceberg_error(
        406, "UnsupportedOperationException",
        "this catalog deletes no files: other tables and snapshots may share them. Drop the table "
        "without purge; what nothing names is found and removed from the lake's side");
  }
  GT_RETURN_IF_ERROR(catalog.drop_table(name));
  return Response{.status = 204, .headers = {}, .body = {}};
}

Result<Response> register_table(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const std::string space, space_of(request));
  GT_ASSIGN(const auto message, rest::parse_register_table(request.body));
  if (message.overwrite) {
    return iceberg_error(406, "UnsupportedOperationException",
                         "registering over a table is not supported; drop it first");
  }
  GT_ASSIGN(const bool there, catalog.namespace_exists(space));
  if (!there) return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", space));
  GT_RETURN_IF_ERROR(check_location(catalog, message.metadata_location));
  GT_ASSIGN(const table::Table table,
            catalog.register_table({.space = space, .name = message.name}, message.metadata_location));
  return loaded(table);
}

Result<Response> rename(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto message, rest::parse_rename_table(request.body));
  GT_ASSIGN(const bool there, catalog.namespace_exists(message.to.space));
  if (!there)
    return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", message.to.space));
  GT_RETURN_IF_ERROR(catalog.rename_table(message.from, message.to));
  return Response{.status = 204, .headers = {}, .body = {}};
}

/// Accepted and let go: what a client's scan cost is not the catalog's to keep.
Result<Response> take_metrics(const table::Catalog&, const Request& request) {
  GT_RETURN_IF_ERROR(table_of(request));
  return Response{.status = 204, .headers = {}, .body = {}};
}

/// Only the snapshots that branches and tags name, as `?snapshots=refs` asks for.
table::TableMetadata only_refs(table::TableMetadata metadata) {
  std::set<std::int64_t> named;
  for (const auto& [name, ref] : metadata.refs) named.insert(ref.snapshot_id);
  std::erase_if(metadata.snapshots,
                [&](const table::Snapshot& snapshot) { return !named.contains(snapshot.snapshot_id); });
  return metadata;
}

}  // namespace

Response loaded(const table::Table& table, const Request* request) {
  const std::string* snapshots = request != nullptr ? request->query_value("snapshots") : nullptr;
  const bool refs = snapshots != nullptr && *snapshots == "refs";
  // A metadata file is written once, so its location says which state this is.
  const std::string etag =
      fmt::format("\"{:016x}{}\"", xxh3_64(table.metadata_location()), refs ? "-refs" : "");
  if (request != nullptr && request->headers.get("If-None-Match") == etag) {
    Response unchanged{.status = 304, .headers = {{"ETag", etag}}, .body = {}};
    return unchanged;
  }
  Response response = Response::json(
      200, rest::to_json(rest::LoadedTable{.metadata_location = table.metadata_location(),
                                           .metadata = refs ? only_refs(table.metadata()) : table.metadata(),
                                           .config = {}}));
  response.headers.add("ETag", etag);
  return response;
}

void add_table_routes(Router& router, table::Catalog& catalog) {
  const auto add = [&](const char* method, const char* path, auto answer) {
    router.add(method, path,
               guarded([&catalog, answer](const Request& request) { return answer(catalog, request); }));
  };
  add("GET", "/v1/namespaces/{namespace}/tables", list);
  add("POST", "/v1/namespaces/{namespace}/tables", create);
  add("POST", "/v1/namespaces/{namespace}/register", register_table);
  add("GET", "/v1/namespaces/{namespace}/tables/{table}", load);
  add("HEAD", "/v1/namespaces/{namespace}/tables/{table}", exists);
  add("DELETE", "/v1/namespaces/{namespace}/tables/{table}", drop);
  add("POST", "/v1/namespaces/{namespace}/tables/{table}/metrics", take_metrics);
  add("POST", "/v1/tables/rename", rename);
}

}  // namespace goldtape::serve::internal
