#include <iterator>
#include <span>
#include <vector>

#include "goldtape/model/table_def.h"
#include "goldtape/model/tables_internal.h"

namespace goldtape::model {

std::span<const TableDef> tables() {
  static const std::vector<TableDef> all_of_them = [] {
    std::vector<TableDef> all;
    for (auto part : {internal::bronze_tables(), internal::record_tables(), internal::silver_tables(),
                      internal::reference_tables(), internal::quarantine_tables()}) {
      std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    return all;
  }();
  return all_of_them;
}

}  // namespace goldtape::model
