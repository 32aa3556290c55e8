// The catalog in the operations database, in the layout of Iceberg's JDBC/SQL catalog, schema version V1,
// catalog name "goldtape": PyIceberg's SqlCatalog and Spark's JdbcCatalog open the same database.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goldtape/table/catalog.h"

namespace goldtape::table {

/// Pointers and operations change in one transaction. Thread safe. Loaded metadata is cached by its
/// location, which is never written twice.
class SqlCatalog final : public Catalog {
 public:
  explicit SqlCatalog(CatalogParts parts);
  ~SqlCatalog() override;

  using Catalog::create_table;
  using Catalog::load;

  Status create_namespace(const std::string& space, const Properties& properties = {}) override;
  [[nodiscard]] Result<bool> namespace_exists(const std::string& space) const override;
  [[nodiscard]] Result<std::vector<std::string>> list_namespaces() const override;
  [[nodiscard]] Result<Properties> namespace_properties(const std::string& space) const override;
  Status update_namespace(const std::string& space, const Properties& updates,
                          const std::vector<std::string>& removals) override;
  Status drop_namespace(const std::string& space) override;

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
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::table
