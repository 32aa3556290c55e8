// The parts of the Iceberg REST catalog. Not public.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/serve/http_message.h"
#include "goldtape/serve/http_router.h"
#include "goldtape/table/catalog.h"

namespace goldtape::serve::internal {

/// The protocol's answer to an error. `commit`: what a commit that failed is answered.
[[nodiscard]] Response iceberg_error(const Error& error, bool commit = false);
[[nodiscard]] Response iceberg_error(int status, std::string_view type, std::string message);

/// `answer(request)`, its error turned into the protocol's.
template <typename Answer>
Handler guarded(Answer answer, bool commit = false) {
  return [answer = std::move(answer), commit](const Request& request) -> Response {
    Result<Response> response = answer(request);
    return response ? *std::move(response) : iceberg_error(response.error(), commit);
  };
}

/// The namespace and the table that a path names. Errors: GT4303.
[[nodiscard]] Result<std::string> space_of(const Request& request);
[[nodiscard]] Result<table::TableName> table_of(const Request& request);

/// Where a table and what its metadata name may lie: below the warehouse, and nowhere else on this machine.
/// Errors: kUsage GT4305.
[[nodiscard]] Status check_location(const table::Catalog& catalog, const std::string& location);

/// The answer that loads a table, with its ETag.
[[nodiscard]] Response loaded(const table::Table& table, const Request* request = nullptr);

void add_namespace_routes(Router& router, table::Catalog& catalog);
void add_table_routes(Router& router, table::Catalog& catalog);
void add_commit_routes(Router& router, table::Catalog& catalog);

}  // namespace goldtape::serve::internal
