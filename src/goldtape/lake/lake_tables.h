// The tables that a lake starts with.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/table/catalog.h"

namespace goldtape::lake {

/// Makes those of all_tables() (gold_tables.h) that are not there yet; their names. Errors: the catalog's,
/// io's.
[[nodiscard]] Result<std::vector<std::string>> create_missing_tables(table::Catalog& catalog);

/// Puts the sessions of a calendar into reference.calendar; true when they were not there (or others were).
/// Errors: the table's, io's.
[[nodiscard]] Result<bool> fill_calendar(table::Catalog& catalog, const calendar::Calendar& calendar);

}  // namespace goldtape::lake
