// Runs of bars as rows of bronze.bars, column by column.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "goldtape/lake/bar_runs.h"
#include "goldtape/model/interval.h"
#include "goldtape/table/parquet_writer.h"

namespace goldtape::lake {

/// The runs' rows in their order, with all columns of bronze.bars; texts are dictionaries. `names` must
/// outlive it. What it gives may fail with kInternal GT5023.
[[nodiscard]] table::RowSource runs_source(std::string_view source, model::Interval interval,
                                           std::vector<BarRun> runs, const FoldNames& names,
                                           std::int64_t ingested_us);

}  // namespace goldtape::lake
