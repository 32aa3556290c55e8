// Runs of bars as rows of bronze.bars, column by column.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/bar_runs.h"
#include "goldtape/model/interval.h"

namespace goldtape::lake {

/// The runs' rows in their order, with all columns of bronze.bars; texts are dictionaries (NewRows).
/// Errors: kInternal GT5023.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> runs_table(std::string_view source,
                                                               model::Interval interval,
                                                               std::span<const BarRun> runs,
                                                               const FoldNames& names,
                                                               std::int64_t ingested_us);

}  // namespace goldtape::lake
