// The tables of gold: features in the order of the registry, and the marts.
#pragma once

#include <span>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/model/table_def.h"

namespace goldtape::lake {

/// gold.features_1m, features_1d, volatility_by_hour, liquidity and daily_summary. Built once; immutable.
[[nodiscard]] std::span<const model::TableDef> gold_tables();

/// model::tables() and gold's: every table of a lake, in the order of the data dictionary.
[[nodiscard]] std::span<const model::TableDef> all_tables();

/// One of all_tables() by "zone.name". Errors: GT1120 with the nearest names.
[[nodiscard]] Result<const model::TableDef*> find_table(std::string_view qualified_name);

}  // namespace goldtape::lake
