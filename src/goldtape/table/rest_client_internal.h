// Exchanges with an Iceberg REST catalog: paths, tokens, errors. Not public.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/io/http.h"
#include "goldtape/table/rest_catalog.h"

namespace goldtape::table::internal {

struct RestRequest {
  std::string method = "GET";
  std::string path;  ///< After the prefix: "namespaces/a/tables".
  std::string body = {};
};

/// Thread safe.
class RestClient {
 public:
  explicit RestClient(RestCatalogOptions options);

  /// GET /v1/config, whose prefix is used from then on.
  Status configure();
  /// The answer with its status 200..299; HEAD's 404 too. GET and HEAD are tried again when the server is
  /// out of reach. Errors: Catalog's and RestCatalog's.
  Result<io::HttpResponse> ask(const RestRequest& request);

 private:
  Result<io::HttpResponse> send(const RestRequest& request);
  Result<io::HttpResponse> exchange(const std::string& method, const std::string& url,
                                    const std::string& body, std::string_view content_type);
  Status fetch_token();
  [[nodiscard]] std::string token() const;

  RestCatalogOptions options_;
  std::string prefix_;
  io::HttpClient http_;
  mutable std::mutex mutex_;
  std::string token_;
};

/// "namespaces/a%1Fb" and "namespaces/a%1Fb/tables/t".
[[nodiscard]] std::string space_path(std::string_view space);
[[nodiscard]] std::string table_path(const TableName& name);

/// Whether a request that ended so may or may not have been carried out.
[[nodiscard]] bool outcome_open(const Error& error);

}  // namespace goldtape::table::internal
