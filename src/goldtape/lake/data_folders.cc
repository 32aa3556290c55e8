#include "goldtape/lake/data_folders.h"

#include "goldtape/table/location.h"
#include "goldtape/table/rest_catalog.h"

namespace goldtape::lake {

bool has_foreign_catalog(const Lake& lake) {
  return dynamic_cast<const table::RestCatalog*>(&lake.catalog()) != nullptr;
}

Result<std::vector<std::string>> data_folders(const Lake& lake) {
  std::vector<std::string> folders{lake.warehouse() + "/"};
  if (!has_foreign_catalog(lake)) return folders;
  GT_ASSIGN(const auto names, lake.catalog().list_tables());
  for (const table::TableName& name : names) {
    GT_ASSIGN(const table::Table table, lake.catalog().load(name));
    GT_ASSIGN(std::string folder, table::to_path(table.metadata().location));
    if (!folder.ends_with('/')) folder += '/';
    folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace goldtape::lake
