// A planned change of one table: files are written, the commit is still to come.
#pragma once

#include <vector>

#include "goldtape/table/commit.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/table.h"

namespace goldtape::lake {

struct TableChange {
  table::Table table;
  table::Rewrite rewrite;
  table::Expression planned_from;  ///< The rows it was planned from.
};

/// Hands the changes to a commit; those that are empty make no snapshot.
void add_to(table::Commit& commit, const std::vector<TableChange>& changes, const table::Summary& summary);

/// Removes the files that the changes wrote; for a commit that failed.
void discard(const std::vector<TableChange>& changes);

}  // namespace goldtape::lake
