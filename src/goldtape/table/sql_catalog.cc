#include "goldtape/table/sql_catalog.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/location.h"
#include "goldtape/table/metadata_file_internal.h"

namespace goldtape::table {
namespace {

constexpr std::size_t kMaxCached = 256;
constexpr std::uint16_t kOutcomeUnknown = 4016;
constexpr const char* kExistsKey = "exists";  // What marks a namespace without properties, in every program.

const std::string& catalog_name() {
  static const std::string kName(kCatalogName);
  return kName;
}

std::unexpected<Error> no_namespace(const std::string& space) {
  return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", space));
}

std::unexpected<Error> outcome_unknown(const Error& error) {
  return fail(
      ErrorKind::kIo, 4016,
      "whether the commit took place is not known; look at the table before trying again: " + error.message,
      error.where);
}

/// Metadata files written for a commit; taken back unless it is kept.
class WrittenMetadata {
 public:
  explicit WrittenMetadata(io::FileSystem& filesystem) : filesystem_(filesystem) {}
  WrittenMetadata(const WrittenMetadata&) = delete;
  WrittenMetadata& operator=(const WrittenMetadata&) = delete;
  ~WrittenMetadata() {
    for (const std::string& path : paths_) (void)filesystem_.remove(path);
  }
  void add(std::string path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }

 private:
  io::FileSystem& filesystem_;
  std::vector<std::string> paths_;
};

}  // namespace

struct SqlCatalog::Impl {
  std::shared_ptr<store::Database> database;
  std::shared_ptr<io::FileSystem> filesystem;
  mutable std::mutex mutex;
  mutable std::unordered_map<std::string, std::shared_ptr<const TableMetadata>> cache;

  Result<std::shared_ptr<const TableMetadata>> read_metadata(const std::string& location) const {
    {
      const std::lock_guard lock(mutex);
      auto at = cache.find(location);
      if (at != cache.end()) return at->second;
    }
    GT_ASSIGN(auto metadata, internal::read_metadata_file(*filesystem, location));
    remember(location, metadata);
    return metadata;
  }

  void remember(const std::string& location, const std::shared_ptr<const TableMetadata>& metadata) const {
    const std::lock_guard lock(mutex);
    if (cache.size() >= kMaxCached) cache.clear();
    cache[location] = metadata;
  }

  Status insert_table(const TableName& name, const std::string& location) const {
    GT_ASSIGN(store::Transaction transaction, database->begin());
    GT_RETURN_IF_ERROR(make_namespace(transaction, name.space, {}));
    auto inserted = transaction.execute(
        "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location,"
        " previous_metadata_location, iceberg_type) VALUES (?, ?, ?, ?, NULL, 'TABLE')",
        {catalog_name(), name.space, name.name, location});
    if (!inserted && inserted.error().code == 4005) {
      return std::unexpected<Error>(table_exists(name));
    }
    GT_RETURN_IF_ERROR(inserted);
    return transaction.commit();
  }

  Status swap_pointer(store::Transaction& transaction, const TableName& name, const std::string& expected,
                      const std::string& next) const {
    GT_ASSIGN(
        const std::int64_t swapped,
        transaction.execute("UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ?"
                            " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?"
                            " AND metadata_location = ?",
                            {next, expected, catalog_name(), name.space, name.name, expected}));
    if (swapped == 1) return {};
    return std::unexpected<Error>(lost_race(name));
  }

  /// After a COMMIT that failed: whether the pointer, or the log of what it points to, names `next`.
  Result<bool> took_place(const TableName& name, const std::string& next) const {
    GT_ASSIGN(const auto rows,
              database->query("SELECT metadata_location FROM iceberg_tables WHERE catalog_name = ?"
                              " AND table_namespace = ? AND table_name = ?",
                              {catalog_name(), name.space, name.name}));
    if (rows.rows.empty()) return fail(ErrorKind::kNotFound, 4011, "the table is gone");
    const std::string location = store::text_of(rows.rows[0][0]);
    if (location == next) return true;
    // Another writer may have gone on from there.
    GT_ASSIGN(const auto metadata, read_metadata(location));
    return std::any_of(metadata->metadata_log.begin(), metadata->metadata_log.end(),
                       [&](const MetadataLogEntry& entry) { return entry.metadata_file == next; });
  }

  /// All swaps and `ops` in one transaction.
  Status change_all(const std::vector<TableUpdate>& updates, const std::vector<Table>& next, const Ops& ops,
                    bool& outcome_open) const {
    GT_ASSIGN(store::Transaction transaction, database->begin());
    for (const std::size_t i : in_order_of_names(next)) {
      GT_RETURN_IF_ERROR(swap_pointer(transaction, next[i].name(), updates[i].base.metadata_location(),
                                      next[i].metadata_location()));
    }
    if (ops) GT_RETURN_IF_ERROR(ops(transaction, next));
    Status committed = transaction.commit();
    outcome_open = !committed;
    return committed;
  }

  /// Two writers of several tables must not wait for each other.
  static std::vector<std::size_t> in_order_of_names(const std::vector<Table>& tables) {
    std::vector<std::size_t> order(tables.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return tables[a].name() < tables[b].name(); });
    return order;
  }

  static Status make_namespace(store::Transaction& transaction, const std::string& space,
                               const Properties& properties) {
    Properties all = properties;
    all.emplace(kExistsKey, "true");
    for (const auto& [key, value] : all) {
      GT_RETURN_IF_ERROR(transaction.execute(
          "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)"
          " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          {catalog_name(), space, key, value}));
    }
    return {};
  }
};

SqlCatalog::SqlCatalog(CatalogParts parts) : Catalog(std::move(parts)), impl_(std::make_unique<Impl>()) {
  impl_->database = database();
  impl_->filesystem = filesystem();
}

SqlCatalog::~SqlCatalog() = default;

Status SqlCatalog::create_namespace(const std::string& space, const Properties& properties) {
  GT_ASSIGN(const bool exists, namespace_exists(space));
  if (exists)
    return fail(ErrorKind::kAlreadyExists, 4012, fmt::format("the namespace {} exists already", space));
  GT_ASSIGN(store::Transaction transaction, impl_->database->begin());
  GT_RETURN_IF_ERROR(Impl::make_namespace(transaction, space, properties));
  return transaction.commit();
}

Result<bool> SqlCatalog::namespace_exists(const std::string& space) const {
  GT_ASSIGN(const auto spaces, list_namespaces());
  return std::find(spaces.begin(), spaces.end(), space) != spaces.end();
}

Result<std::vector<std::string>> SqlCatalog::list_namespaces() const {
  GT_ASSIGN(const auto rows,
            impl_->database->query("SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?"
                                   " UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?",
                                   {catalog_name(), catalog_name()}));
  std::vector<std::string> spaces;
  for (const store::Row& row : rows.rows) spaces.push_back(store::text_of(row[0]));
  std::sort(spaces.begin(), spaces.end());  // A server sorts by its own locale.
  return spaces;
}

Result<Properties> SqlCatalog::namespace_properties(const std::string& space) const {
  GT_ASSIGN(const bool exists, namespace_exists(space));
  if (!exists) return no_namespace(space);
  GT_ASSIGN(const auto rows,
            impl_->database->query("SELECT property_key, property_value FROM iceberg_namespace_properties"
                                   " WHERE catalog_name = ? AND namespace = ?",
                                   {catalog_name(), space}));
  Properties properties;
  for (const store::Row& row : rows.rows) properties[store::text_of(row[0])] = store::text_of(row[1]);
  properties.erase(kExistsKey);
  return properties;
}

Status SqlCatalog::update_namespace(const std::string& space, const Properties& updates,
                                    const std::vector<std::string>& removals) {
  GT_ASSIGN(const bool exists, namespace_exists(space));
  if (!exists) return no_namespace(space);
  GT_ASSIGN(store::Transaction transaction, impl_->database->begin());
  GT_RETURN_IF_ERROR(Impl::make_namespace(transaction, space, {}));
  for (const std::string& key : removals) {
    if (key == kExistsKey) continue;
    GT_RETURN_IF_ERROR(
        transaction.execute("DELETE FROM iceberg_namespace_properties"
                            " WHERE catalog_name = ? AND namespace = ? AND property_key = ?",
                            {catalog_name(), space, key}));
  }
  for (const auto& [key, value] : updates) {
    GT_RETURN_IF_ERROR(transaction.execute(
        "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)"
        " VALUES (?, ?, ?, ?) ON CONFLICT (catalog_name, namespace, property_key)"
        " DO UPDATE SET property_value = excluded.property_value",
        {catalog_name(), space, key, value}));
  }
  return transaction.commit();
}

Status SqlCatalog::drop_namespace(const std::string& space) {
  GT_ASSIGN(const bool exists, namespace_exists(space));
  if (!exists) return no_namespace(space);
  GT_ASSIGN(store::Transaction transaction, impl_->database->begin());
  GT_ASSIGN(
      const auto rows,
      transaction.query("SELECT count(*) FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ?",
                        {catalog_name(), space}));
  if (store::int_of(rows.rows[0][0]) > 0) {
    return fail(ErrorKind::kConflict, 4014,
                fmt::format("the namespace {} has tables; drop them first", space));
  }
  GT_RETURN_IF_ERROR(
      transaction.execute("DELETE FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ?",
                          {catalog_name(), space}));
  return transaction.commit();
}

Result<Table> SqlCatalog::create_table(const TableName& name, TableMetadata metadata) {
  GT_ASSIGN(const bool present, exists(name));
  if (present) return std::unexpected<Error>(table_exists(name));
  if (metadata.location.empty()) metadata.location = to_location(default_root(name));
  GT_ASSIGN(const internal::MetadataFile file,
            internal::write_metadata_file(*impl_->filesystem, metadata, 0));
  Status inserted = impl_->insert_table(name, file.location);
  if (!inserted) {
    (void)impl_->filesystem->remove(file.path);  // Nothing refers to it; an orphan at worst.
    return std::unexpected<Error>(inserted.error());
  }
  return load(name);
}

Result<Table> SqlCatalog::register_table(const TableName& name, const std::string& metadata_location) {
  GT_RETURN_IF_ERROR(impl_->read_metadata(metadata_location));
  GT_RETURN_IF_ERROR(impl_->insert_table(name, metadata_location));
  return load(name);
}

Result<Table> SqlCatalog::load(const TableName& name) const {
  GT_ASSIGN(const auto rows,
            impl_->database->query("SELECT metadata_location FROM iceberg_tables"
                                   " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?"
                                   " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)",
                                   {catalog_name(), name.space, name.name}));
  if (rows.rows.empty()) {
    return std::unexpected<Error>(no_such_table(name));
  }
  std::string location = store::text_of(rows.rows[0][0]);
  auto metadata = impl_->read_metadata(location);
  if (!metadata)
    return std::unexpected<Error>(metadata.error().while_doing("opening the table " + name.to_string()));
  return Table(name, std::move(location), *std::move(metadata), impl_->filesystem);
}

Result<bool> SqlCatalog::exists(const TableName& name) const {
  GT_ASSIGN(const auto rows, impl_->database->query("SELECT 1 FROM iceberg_tables WHERE catalog_name = ?"
                                                    " AND table_namespace = ? AND table_name = ?",
                                                    {catalog_name(), name.space, name.name}));
  return !rows.rows.empty();
}

Result<std::vector<TableName>> SqlCatalog::list_tables(const std::string& space) const {
  std::string sql =
      "SELECT table_namespace, table_name FROM iceberg_tables WHERE catalog_name = ?"
      " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";
  std::vector<store::Value> params{catalog_name()};
  if (!space.empty()) {
    sql += " AND table_namespace = ?";
    params.emplace_back(space);
  }
  GT_ASSIGN(const auto rows, impl_->database->query(sql, params));
  std::vector<TableName> names;
  for (const store::Row& row : rows.rows) names.push_back({store::text_of(row[0]), store::text_of(row[1])});
  std::sort(names.begin(), names.end());
  return names;
}

Status SqlCatalog::drop_table(const TableName& name) {
  GT_ASSIGN(
      const std::int64_t dropped,
      impl_->database->execute(
          "DELETE FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?",
          {catalog_name(), name.space, name.name}));
  if (dropped > 0) return {};
  return std::unexpected<Error>(no_such_table(name));
}

Status SqlCatalog::rename_table(const TableName& from, const TableName& to) {
  GT_ASSIGN(store::Transaction transaction, impl_->database->begin());
  GT_RETURN_IF_ERROR(Impl::make_namespace(transaction, to.space, {}));
  auto renamed = transaction.execute(
      "UPDATE iceberg_tables SET table_namespace = ?, table_name = ?"
      " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?",
      {to.space, to.name, catalog_name(), from.space, from.name});
  if (!renamed && renamed.error().code == 4005) {
    return std::unexpected<Error>(table_exists(to));
  }
  GT_RETURN_IF_ERROR(renamed);
  if (*renamed == 0) {
    return fail(ErrorKind::kNotFound, 4011, fmt::format("there is no table {}", from.to_string()));
  }
  return transaction.commit();
}

Result<std::vector<Table>> SqlCatalog::commit(const std::vector<TableUpdate>& updates, const Ops& ops) {
  WrittenMetadata written(*impl_->filesystem);
  std::vector<Table> next;
  for (const TableUpdate& update : updates) {
    auto metadata = std::make_shared<const TableMetadata>(internal::with_log_entry(update.next, update.base));
    const int version = internal::version_of(update.base.metadata_location()) + 1;
    GT_ASSIGN(internal::MetadataFile file,
              internal::write_metadata_file(*impl_->filesystem, *metadata, version));
    written.add(std::move(file.path));
    next.emplace_back(update.base.name(), std::move(file.location), std::move(metadata), impl_->filesystem);
  }
  if (updates.empty() && !ops) return next;
  bool outcome_open = false;
  Status changed = impl_->change_all(updates, next, ops, outcome_open);
  if (!changed && outcome_open && !next.empty()) {
    const auto done = impl_->took_place(next[0].name(), next[0].metadata_location());
    // A server that could not say what became of the transaction may still be about to commit it.
    const bool in_flight = changed.error().code == kOutcomeUnknown;
    if (!done || (!*done && in_flight)) {
      written.keep();
      return outcome_unknown(changed.error());
    }
    if (*done) changed = {};
  }
  if (!changed) return std::unexpected<Error>(changed.error());
  written.keep();
  for (const Table& table : next) impl_->remember(table.metadata_location(), table.shared_metadata());
  return next;
}

}  // namespace goldtape::table
