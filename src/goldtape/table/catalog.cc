#include "goldtape/table/catalog.h"

#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/model/table_def.h"
#include "goldtape/table/location.h"

namespace goldtape::table {

Catalog::Catalog(CatalogParts parts) : parts_(std::move(parts)) {
  while (parts_.warehouse.size() > 1 && parts_.warehouse.ends_with('/')) parts_.warehouse.pop_back();
}

Catalog::~Catalog() = default;

Result<Table> Catalog::create_table(const TableName& name, const TableSpec& spec) {
  GT_ASSIGN(TableMetadata metadata, new_metadata(spec, to_location(default_root(name)), clock().now()));
  return create_table(name, std::move(metadata));
}

Result<Table> Catalog::create_table(const model::TableDef& def) {
  GT_ASSIGN(const TableSpec spec, table_spec_of(def));
  return create_table(TableName{def.zone, def.name}, spec);
}

Result<Table> Catalog::load(std::string_view qualified_name) const {
  GT_ASSIGN(const TableName name, TableName::parse(qualified_name));
  return load(name);
}

std::string Catalog::default_root(const TableName& name) const {
  return fmt::format("{}/{}/{}", warehouse(), name.space, name.name);
}

Error Catalog::no_such_table(const TableName& name) const {
  std::vector<std::string> names;
  if (const auto tables = list_tables()) {
    for (const TableName& table : *tables) names.push_back(table.to_string());
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return Error{.kind = ErrorKind::kNotFound,
               .code = 4011,
               .message = fmt::format("there is no table {}{}", name.to_string(),
                                      did_you_mean(name.to_string(), views)),
               .where = {}};
}

Error Catalog::table_exists(const TableName& name) {
  return Error{.kind = ErrorKind::kAlreadyExists,
               .code = 4012,
               .message = fmt::format("the table {} exists already", name.to_string()),
               .where = {}};
}

Error Catalog::lost_race(const TableName& name) {
  return Error{
      .kind = ErrorKind::kConflict,
      .code = 4010,
      .message = fmt::format("another writer changed the table {} first; try again", name.to_string()),
      .where = {}};
}

}  // namespace goldtape::table
