// Sorting rows by a table's sort order. Not public.
#pragma once

#include <cstdint>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/table/schema.h"
#include "goldtape/table/sort_order.h"

namespace goldtape::table::internal {

/// Reorders positions of a batch's rows; stable. Sort fields by transforms other than identity sort by the
/// column itself, which is finer for those that keep the order; others are left out.
/// Requires: the batch's columns are the schema's, in its order.
void sort_rows(const SortOrder& order, const Schema& schema, const arrow::RecordBatch& batch,
               std::vector<std::int64_t>& rows);

}  // namespace goldtape::table::internal
