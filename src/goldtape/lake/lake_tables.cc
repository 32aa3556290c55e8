#include "goldtape/lake/lake_tables.h"

#include "goldtape/model/table_def.h"

namespace goldtape::lake {

Result<std::vector<std::string>> create_missing_tables(table::Catalog& catalog) {
  std::vector<std::string> created;
  for (const model::TableDef& def : model::tables()) {
    GT_ASSIGN(const bool there, catalog.exists({def.zone, def.name}));
    if (there) continue;
    GT_RETURN_IF_ERROR(catalog.create_table(def));
    created.push_back(def.qualified_name());
  }
  return created;
}

}  // namespace goldtape::lake
