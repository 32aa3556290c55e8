#include "goldtape/table/catalog.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/model/table_def.h"
#include "goldtape/table/location.h"
#include "goldtape/table/table_metadata_json.h"

namespace goldtape::table {
namespace {

constexpr std::size_t kMaxCached = 256;

const std::string& catalog_name() {
  static const std::string kName(kCatalogName);
  return kName;
}

std::unexpected<Error> no_table(const TableName& name, const std::vector<TableName>& tables) {
  std::vector<std::string> names;
  for (const TableName& table : tables) names.push_back(table.to_string());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return fail(ErrorKind::kNotFound, 4011,
              fmt::format("there is no table {}{}", name.to_string(), did_you_mean(name.to_string(), views)));
}

}  // namespace

struct Catalog::Impl {
  std::shared_ptr<store::Database> database;
  std::shared_ptr<io::FileSystem> filesystem;
  std::shared_ptr<io::Clock> clock;
  std::string warehouse;
  mutable std::mutex mutex;
  mutable std::unordered_map<std::string, std::shared_ptr<const TableMetadata>> cache;

  Result<std::shared_ptr<const TableMetadata>> read_metadata(const std::string& location) const {
    {
      const std::lock_guard lock(mutex);
      auto at = cache.find(location);
      if (at != cache.end()) return at->second;
    }
    GT_ASSIGN(const std::string path, to_path(location));
    GT_ASSIGN(const std::string json, filesystem->read(path));
    auto parsed = parse_table_metadata(json);
    if (!parsed) {
      Error error = parsed.error();
      error.where = path;
      return std::unexpected<Error>(std::move(error));
    }
    auto metadata = std::make_shared<const TableMetadata>(*std::move(parsed));
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
      return fail(ErrorKind::kAlreadyExists, 4012,
                  fmt::format("the table {} exists already", name.to_string()));
    }
    GT_RETURN_IF_ERROR(inserted);
    return transaction.commit();
  }

  static Status make_namespace(store::Transaction& transaction, const std::string& space,
                               const std::map<std::string, std::string>& properties) {
    std::map<std::string, std::string> all = properties;
    all.emplace("exists", "true");
    for (const auto& [key, value] : all) {
      GT_RETURN_IF_ERROR(transaction.execute(
          "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)"
          " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          {catalog_name(), space, key, value}));
    }
    return {};
  }
};

Catalog::Catalog(std::shared_ptr<store::Database> database, std::shared_ptr<io::FileSystem> filesystem,
                 std::shared_ptr<io::Clock> clock, std::string warehouse)
    : impl_(std::make_unique<Impl>()) {
  impl_->database = std::move(database);
  impl_->filesystem = std::move(filesystem);
  impl_->clock = std::move(clock);
  impl_->warehouse = std::move(warehouse);
  while (impl_->warehouse.size() > 1 && impl_->warehouse.ends_with('/')) impl_->warehouse.pop_back();
}

Catalog::~Catalog() = default;

const std::shared_ptr<store::Database>& Catalog::database() const { return impl_->database; }
const std::shared_ptr<io::FileSystem>& Catalog::filesystem() const { return impl_->filesystem; }
io::Clock& Catalog::clock() const { return *impl_->clock; }
const std::string& Catalog::warehouse() const { return impl_->warehouse; }

Status Catalog::create_namespace(const std::string& space,
                                 const std::map<std::string, std::string>& properties) {
  GT_ASSIGN(const bool exists, namespace_exists(space));
  if (exists)
    return fail(ErrorKind::kAlreadyExists, 4012, fmt::format("the namespace {} exists already", space));
  GT_ASSIGN(store::Transaction transaction, impl_->database->begin());
  GT_RETURN_IF_ERROR(Impl::make_namespace(transaction, space, properties));
  return transaction.commit();
}

Result<bool> Catalog::namespace_exists(const std::string& space) const {
  GT_ASSIGN(const auto spaces, list_namespaces());
  return std::find(spaces.begin(), spaces.end(), space) != spaces.end();
}

Result<std::vector<std::string>> Catalog::list_namespaces() const {
  GT_ASSIGN(const auto rows,
            impl_->database->query(
                "SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?"
                " UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ? ORDER BY 1",
                {catalog_name(), catalog_name()}));
  std::vector<std::string> spaces;
  for (const store::Row& row : rows.rows) spaces.push_back(store::text_of(row[0]));
  return spaces;
}

Status Catalog::drop_namespace(const std::string& space) {
  GT_ASSIGN(const bool exists, namespace_exists(space));
  if (!exists) return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", space));
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

Result<Table> Catalog::create_table(const TableName& name, const TableSpec& spec) {
  GT_ASSIGN(const bool present, exists(name));
  if (present) {
    return fail(ErrorKind::kAlreadyExists, 4012,
                fmt::format("the table {} exists already", name.to_string()));
  }
  const std::string root = impl_->warehouse + "/" + name.space + "/" + name.name;
  GT_ASSIGN(TableMetadata metadata, new_metadata(spec, to_location(root), impl_->clock->now()));
  const std::string path = fmt::format("{}/metadata/00000-{}.metadata.json", root, new_uuid());
  GT_RETURN_IF_ERROR(impl_->filesystem->write(path, to_json(metadata), {}));
  Status inserted = impl_->insert_table(name, to_location(path));
  if (!inserted) {
    (void)impl_->filesystem->remove(path);  // Nothing refers to it; an orphan at worst.
    return std::unexpected<Error>(inserted.error());
  }
  return load(name);
}

Result<Table> Catalog::create_table(const model::TableDef& def) {
  GT_ASSIGN(const TableSpec spec, table_spec_of(def));
  return create_table(TableName{def.zone, def.name}, spec);
}

Result<Table> Catalog::register_table(const TableName& name, const std::string& metadata_location) {
  GT_RETURN_IF_ERROR(impl_->read_metadata(metadata_location));
  GT_RETURN_IF_ERROR(impl_->insert_table(name, metadata_location));
  return load(name);
}

Result<Table> Catalog::load(const TableName& name) const {
  GT_ASSIGN(const auto rows,
            impl_->database->query("SELECT metadata_location FROM iceberg_tables"
                                   " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?"
                                   " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)",
                                   {catalog_name(), name.space, name.name}));
  if (rows.rows.empty()) {
    GT_ASSIGN(const auto tables, list_tables());
    return no_table(name, tables);
  }
  std::string location = store::text_of(rows.rows[0][0]);
  auto metadata = impl_->read_metadata(location);
  if (!metadata)
    return std::unexpected<Error>(metadata.error().while_doing("opening the table " + name.to_string()));
  return Table(name, std::move(location), *std::move(metadata), impl_->filesystem);
}

Result<Table> Catalog::load(std::string_view qualified_name) const {
  GT_ASSIGN(const TableName name, TableName::parse(qualified_name));
  return load(name);
}

Result<bool> Catalog::exists(const TableName& name) const {
  GT_ASSIGN(const auto rows, impl_->database->query("SELECT 1 FROM iceberg_tables WHERE catalog_name = ?"
                                                    " AND table_namespace = ? AND table_name = ?",
                                                    {catalog_name(), name.space, name.name}));
  return !rows.rows.empty();
}

Result<std::vector<TableName>> Catalog::list_tables(const std::string& space) const {
  std::string sql =
      "SELECT table_namespace, table_name FROM iceberg_tables WHERE catalog_name = ?"
      " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";
  std::vector<store::Value> params{catalog_name()};
  if (!space.empty()) {
    sql += " AND table_namespace = ?";
    params.emplace_back(space);
  }
  GT_ASSIGN(const auto rows, impl_->database->query(sql + " ORDER BY table_namespace, table_name", params));
  std::vector<TableName> names;
  for (const store::Row& row : rows.rows) names.push_back({store::text_of(row[0]), store::text_of(row[1])});
  return names;
}

Status Catalog::drop_table(const TableName& name) {
  GT_ASSIGN(
      const std::int64_t dropped,
      impl_->database->execute(
          "DELETE FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?",
          {catalog_name(), name.space, name.name}));
  if (dropped > 0) return {};
  GT_ASSIGN(const auto tables, list_tables());
  return no_table(name, tables);
}

Status Catalog::rename_table(const TableName& from, const TableName& to) {
  GT_ASSIGN(store::Transaction transaction, impl_->database->begin());
  GT_RETURN_IF_ERROR(Impl::make_namespace(transaction, to.space, {}));
  auto renamed = transaction.execute(
      "UPDATE iceberg_tables SET table_namespace = ?, table_name = ?"
      " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?",
      {to.space, to.name, catalog_name(), from.space, from.name});
  if (!renamed && renamed.error().code == 4005) {
    return fail(ErrorKind::kAlreadyExists, 4012, fmt::format("the table {} exists already", to.to_string()));
  }
  GT_RETURN_IF_ERROR(renamed);
  if (*renamed == 0) {
    return fail(ErrorKind::kNotFound, 4011, fmt::format("there is no table {}", from.to_string()));
  }
  return transaction.commit();
}

Status Catalog::swap(store::Transaction& transaction, const TableName& name, const std::string& expected,
                     const std::string& next) const {
  GT_ASSIGN(
      const std::int64_t swapped,
      transaction.execute("UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ?"
                          " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?"
                          " AND metadata_location = ?",
                          {next, expected, catalog_name(), name.space, name.name, expected}));
  if (swapped == 1) return {};
  return fail(ErrorKind::kConflict, 4010,
              fmt::format("another writer changed the table {} first; try again", name.to_string()));
}

}  // namespace goldtape::table
