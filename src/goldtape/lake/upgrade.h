// Lakes of earlier programs: what they lack of today's tables, and how it is added.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::lake {

/// What a lake lacks, in the order of the data dictionary. A value.
struct UpgradePlan {
  struct NewColumn {
    std::string table;  ///< "bronze.corporate_actions"
    std::string column;
    std::string type;  ///< As Iceberg names it: "date".
  };
  std::vector<std::string> tables;  ///< Tables to be made.
  std::vector<NewColumn> columns;   ///< Columns to be added; rows that are there have NULL in them.

  [[nodiscard]] bool empty() const { return tables.empty() && columns.empty(); }
};

/// Compares the lake's tables with all_tables(). Changes nothing.
/// Errors: kUnsupported GT5141 a column that cannot be added, because the table has another one under its
/// name or id; the catalog's.
[[nodiscard]] Result<UpgradePlan> plan_upgrade(const Lake& lake);

/// Does what plan_upgrade says and returns it. Tables are made one by one; all columns come in one commit, no
/// data file is touched. Killed at any moment and run again, it goes on. Errors: those of plan_upgrade and
/// Lake::lock_for_writing; the commit's.
Result<UpgradePlan> upgrade(const Lake& lake);

}  // namespace goldtape::lake
