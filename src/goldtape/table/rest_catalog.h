// Somebody else's Iceberg REST catalog as the lake's. Source: Iceberg REST catalog API v1.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/table/catalog.h"

namespace goldtape::table {

struct RestCatalogOptions {
  std::string uri = {};         ///< "https://host:8181" or with a path; what the protocol calls /v1 follows.
  std::string warehouse = {};   ///< What the server calls the warehouse; may be empty.
  std::string token = {};       ///< Sent as a bearer token. Secret.
  std::string credential = {};  ///< "client_id:client_secret", exchanged for a token (OAuth2). Secret.
  std::string oauth2_uri = {};  ///< Where it is exchanged; empty: uri/v1/oauth/tokens.
  std::string scope = "catalog";
  std::chrono::milliseconds timeout{30'000};  ///< For each exchange.
};

/// Tables and namespaces over HTTP; the operations database stands apart from them. Thread safe.
///
/// A commit is sent once. When its answer does not come, or is 5xx, the tables are read again: a commit
/// that is found took place; one that can no longer take place is a lost race (GT4010); of another nothing
/// is known (GT4016). Reading is tried again for a while when the server is out of reach.
///
/// Errors besides Catalog's: kUsage GT4310 the server does not let us in, or the options are wrong;
/// kUnavailable GT4311 it is out of reach or failing; kDamaged GT4312 an answer that is not the protocol's;
/// kUnsupported GT4313 a server that gives fields ids of its own;
/// those of io::HttpClient.
class RestCatalog final : public Catalog {
 public:
  /// Asks the server for its configuration.
  [[nodiscard]] static Result<std::unique_ptr<RestCatalog>> open(CatalogParts parts,
                                                                 RestCatalogOptions options);
  ~RestCatalog() override;

  Status create_namespace(const std::string& space, const Properties& properties = {}) override;
  [[nodiscard]] Result<bool> namespace_exists(const std::string& space) const override;
  [[nodiscard]] Result<std::vector<std::string>> list_namespaces() const override;
  [[nodiscard]] Result<Properties> namespace_properties(const std::string& space) const override;
  Status update_namespace(const std::string& space, const Properties& updates,
                          const std::vector<std::string>& removals) override;
  Status drop_namespace(const std::string& space) override;

  using Catalog::create_table;
  using Catalog::load;
  Result<Table> create_table(const TableName& name, TableMetadata metadata) override;
  Result<Table> register_table(const TableName& name, const std::string& metadata_location) override;
  [[nodiscard]] Result<Table> load(const TableName& name) const override;
  [[nodiscard]] Result<bool> exists(const TableName& name) const override;
  [[nodiscard]] Result<std::vector<TableName>> list_tables(const std::string& space = {}) const override;
  Status drop_table(const TableName& name) override;
  Status rename_table(const TableName& from, const TableName& to) override;
  Result<std::vector<Table>> commit(const std::vector<TableUpdate>& updates, const Ops& ops) override;

 private:
  struct Impl;
  RestCatalog(CatalogParts parts, std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::table
