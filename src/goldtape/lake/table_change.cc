#include "goldtape/lake/table_change.h"

namespace goldtape::lake {

void add_to(table::Commit& commit, const std::vector<TableChange>& changes, const table::Summary& summary) {
  for (const TableChange& change : changes) {
    if (change.rewrite.empty()) continue;
    commit.replace(change.table, change.rewrite.removed, change.rewrite.added,
                   {.summary = summary, .planned_from = change.planned_from});
  }
}

void discard(const std::vector<TableChange>& changes) {
  for (const TableChange& change : changes) table::discard(change.table, change.rewrite);
}

}  // namespace goldtape::lake
