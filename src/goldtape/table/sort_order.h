// Sort orders. Source: Iceberg table spec v2, "Sorting". Order 0 is unsorted.
#pragma once

#include <cstdint>
#include <vector>

#include "goldtape/table/transform.h"

namespace goldtape::table {

struct SortField {
  std::int32_t source_id = 0;
  Transform transform;
  bool descending = false;
  bool nulls_first = true;
  bool operator==(const SortField&) const = default;
};

struct SortOrder {
  std::int32_t order_id = 0;
  std::vector<SortField> fields;
  bool operator==(const SortOrder&) const = default;
};

}  // namespace goldtape::table
