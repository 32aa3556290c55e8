#include "goldtape/lake/lake_tables.h"

#include "goldtape/lake/gold_tables.h"

namespace goldtape::lake {

Result<std::vector<std::string>> create_missing_tables(table::Catalog& catalog) {
  std::vector<std::string> created;
  for (const model::TableDef& def : all_tables()) {
    GT_ASSIGN(const bool there, catalog.exists({def.zone, def.name}));
    if (there) continue;
    GT_RETURN_IF_ERROR(catalog.create_table(def));
    created.push_back(def.qualified_name());
  }
  return created;
}

}  // namespace goldtape::lake
