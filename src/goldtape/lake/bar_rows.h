// Rows of bronze.bars and bronze.revisions between Arrow and the fold's own form.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/lake/bar_fold.h"
#include "goldtape/model/interval.h"

namespace goldtape::lake {

using BarChange = std::pair<BronzeBar, BronzeBar>;

/// Appends the rows of a table with all columns of bronze.bars; source and interval are not kept.
/// Errors: kDamaged GT5022 a column or word that is not ours.
Status append_bars(const arrow::Table& rows, FoldNames& names, std::vector<BronzeBar>& out);
/// Rows of bronze.bars in its schema. Errors: kInternal GT5023.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> bars_table(std::string_view source,
                                                               model::Interval interval,
                                                               std::span<const BronzeBar* const> bars,
                                                               const FoldNames& names);

/// The same for bronze.revisions.
Status append_revisions(const arrow::Table& rows, FoldNames& names, std::vector<BarChange>& out);
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> revisions_table(std::string_view source,
                                                                    model::Interval interval,
                                                                    std::span<const BarChange* const> changes,
                                                                    const FoldNames& names);

}  // namespace goldtape::lake
