// The catalog: which metadata file is a table's current one. In the layout of Iceberg's JDBC/SQL catalog,
// schema version V1, catalog name "goldtape": PyIceberg's SqlCatalog and Spark's JdbcCatalog open the same
// file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/store/database.h"
#include "goldtape/table/table.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

inline constexpr std::string_view kCatalogName = "goldtape";

/// Tables and namespaces of one database. Thread safe. Loaded metadata is cached by its location, which
/// is never written twice.
///
/// Errors everywhere: the store's GT4001..GT4007; kNotFound GT4011 no such table, kAlreadyExists GT4012,
/// kNotFound GT4013 no such namespace, kConflict GT4014 a namespace that is not empty.
class Catalog {
 public:
  /// `warehouse` is an absolute path; a table lies under warehouse/namespace/name.
  Catalog(std::shared_ptr<store::Database> database, std::shared_ptr<io::FileSystem> filesystem,
          std::shared_ptr<io::Clock> clock, std::string warehouse);
  ~Catalog();

  Status create_namespace(const std::string& space,
                          const std::map<std::string, std::string>& properties = {});
  [[nodiscard]] Result<bool> namespace_exists(const std::string& space) const;
  [[nodiscard]] Result<std::vector<std::string>> list_namespaces() const;
  Status drop_namespace(const std::string& space);

  /// Makes an empty table; its namespace is made when it is not there.
  Result<Table> create_table(const TableName& name, const TableSpec& spec);
  /// Makes a table of the lake as model/table_def.h defines it.
  Result<Table> create_table(const model::TableDef& def);
  /// Takes in a table whose metadata file exists already.
  Result<Table> register_table(const TableName& name, const std::string& metadata_location);
  [[nodiscard]] Result<Table> load(const TableName& name) const;
  /// load of "namespace.name".
  [[nodiscard]] Result<Table> load(std::string_view qualified_name) const;
  [[nodiscard]] Result<bool> exists(const TableName& name) const;
  /// All tables, or those of one namespace, sorted.
  [[nodiscard]] Result<std::vector<TableName>> list_tables(const std::string& space = {}) const;
  /// Forgets the table; its files stay.
  Status drop_table(const TableName& name);
  /// Errors also: GT4012 the new name is taken.
  Status rename_table(const TableName& from, const TableName& to);

  [[nodiscard]] const std::shared_ptr<store::Database>& database() const;
  [[nodiscard]] const std::shared_ptr<io::FileSystem>& filesystem() const;
  [[nodiscard]] io::Clock& clock() const;
  [[nodiscard]] const std::string& warehouse() const;

  /// Swaps a table's pointer inside a caller's transaction. kConflict GT4010 when it is no longer
  /// `expected`. For commit.h.
  Status swap(store::Transaction& transaction, const TableName& name, const std::string& expected,
              const std::string& next) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::table
