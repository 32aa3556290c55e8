// The catalog: which metadata is a table's current one, and the moment of change. An interface: SqlCatalog
// (sql_catalog.h) keeps the pointers in the operations database, RestCatalog asks another program's server.
// One conformance suite (catalog_conformance_test.h) holds for all.
#pragma once

#include <functional>
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

/// Properties of a namespace or a table.
using Properties = std::map<std::string, std::string>;

/// A table's next state: `next` follows `base` and takes effect only if the table still is at `base`.
/// Manifests and manifest lists that `next` names are written already; its metadata file is the catalog's to
/// write (or its server's), and so is the new entry of the metadata log.
struct TableUpdate {
  Table base;
  TableMetadata next;
};

/// What a catalog stands on.
struct CatalogParts {
  std::shared_ptr<store::Database> database;  ///< The operations database.
  std::shared_ptr<io::FileSystem> filesystem;
  std::shared_ptr<io::Clock> clock;
  std::string warehouse;  ///< A table lies under warehouse/namespace/name, unless it says otherwise.
};

/// Tables and namespaces. Thread safe.
///
/// Errors everywhere: the store's GT4001..GT4007 and those of the implementation's own I/O; kNotFound GT4011
/// no such table, kAlreadyExists GT4012, kNotFound GT4013 no such namespace, kConflict GT4014 a namespace
/// that is not empty.
class Catalog {
 public:
  explicit Catalog(CatalogParts parts);
  virtual ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  virtual Status create_namespace(const std::string& space, const Properties& properties = {}) = 0;
  [[nodiscard]] virtual Result<bool> namespace_exists(const std::string& space) const = 0;
  /// Sorted.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_namespaces() const = 0;
  [[nodiscard]] virtual Result<Properties> namespace_properties(const std::string& space) const = 0;
  /// Sets properties, and removes those named; keys that are not there are no error.
  virtual Status update_namespace(const std::string& space, const Properties& updates,
                                  const std::vector<std::string>& removals) = 0;
  virtual Status drop_namespace(const std::string& space) = 0;

  /// Makes an empty table; its namespace is made when it is not there. An empty location becomes
  /// warehouse/namespace/name.
  virtual Result<Table> create_table(const TableName& name, TableMetadata metadata) = 0;
  /// Takes in a table whose metadata file exists already.
  virtual Result<Table> register_table(const TableName& name, const std::string& metadata_location) = 0;
  [[nodiscard]] virtual Result<Table> load(const TableName& name) const = 0;
  [[nodiscard]] virtual Result<bool> exists(const TableName& name) const = 0;
  /// All tables, or those of one namespace, sorted.
  [[nodiscard]] virtual Result<std::vector<TableName>> list_tables(const std::string& space = {}) const = 0;
  /// Forgets the table; its files stay.
  virtual Status drop_table(const TableName& name) = 0;
  /// Errors also: GT4012 the new name is taken.
  virtual Status rename_table(const TableName& from, const TableName& to) = 0;

  /// Statements on the operations database that belong to a commit; gets the tables as they are after it,
  /// in the order of the updates. No I/O, only statements.
  using Ops = std::function<Status(store::Transaction&, const std::vector<Table>&)>;

  /// The moment of change: all tables move from base to next, and `ops` is run; the new states are returned,
  /// in order. At most one update a table. Without updates, only `ops` is run (it may be empty).
  ///
  /// Where pointers and operations are one database, they change in one transaction. Elsewhere the tables
  /// change first, then `ops` is run; a crash between the two leaves snapshots without their rows, which are
  /// found again by the load id in their summary.
  ///
  /// Errors: kConflict GT4010 a table is no longer at its base; kIo GT4016 the outcome is unknown, so what
  /// the tables may refer to must not be removed; those of `ops`. After any error but GT4016 nothing has
  /// changed and the metadata files written here are removed.
  virtual Result<std::vector<Table>> commit(const std::vector<TableUpdate>& updates, const Ops& ops) = 0;

  // The same for every catalog, in words of those above.

  /// Makes an empty table of a spec.
  Result<Table> create_table(const TableName& name, const TableSpec& spec);
  /// Makes a table of the lake as model/table_def.h defines it.
  Result<Table> create_table(const model::TableDef& def);
  /// load of "namespace.name".
  [[nodiscard]] Result<Table> load(std::string_view qualified_name) const;

  [[nodiscard]] const std::shared_ptr<store::Database>& database() const { return parts_.database; }
  [[nodiscard]] const std::shared_ptr<io::FileSystem>& filesystem() const { return parts_.filesystem; }
  [[nodiscard]] io::Clock& clock() const { return *parts_.clock; }
  [[nodiscard]] const std::string& warehouse() const { return parts_.warehouse; }

 protected:
  /// Where a table lies that does not say so itself.
  [[nodiscard]] std::string default_root(const TableName& name) const;
  /// GT4011, with the name that was probably meant.
  [[nodiscard]] Error no_such_table(const TableName& name) const;
  [[nodiscard]] static Error table_exists(const TableName& name);
  [[nodiscard]] static Error lost_race(const TableName& name);

 private:
  CatalogParts parts_;
};

}  // namespace goldtape::table
