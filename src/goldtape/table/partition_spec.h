// Partition specs: how a row's columns name the partition its file belongs to.
// Source: Iceberg table spec v2, "Partitioning".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/literal.h"
#include "goldtape/table/schema.h"
#include "goldtape/table/transform.h"

namespace goldtape::table {

struct PartitionField {
  std::int32_t source_id = 0;
  std::int32_t field_id = 0;  ///< From 1000 up; unique across all specs of a table.
  std::string name;
  Transform transform;
  bool operator==(const PartitionField&) const = default;
};

/// Partition values, one for each field of a spec, in its order.
using PartitionTuple = std::vector<Literal>;

struct PartitionSpec {
  std::int32_t spec_id = 0;
  std::vector<PartitionField> fields;

  [[nodiscard]] bool is_unpartitioned() const { return fields.empty(); }
  /// The struct type of the partition tuple under a schema; a field whose source column is gone keeps
  /// its result type as far as the transform tells it, else int. Errors: GT4032.
  [[nodiscard]] Result<Type> partition_type(const Schema& schema) const;
  /// "interval=1m/date=2019-02-11", each value percent-encoded as URL queries are; "" when unpartitioned.
  [[nodiscard]] std::string path(const PartitionTuple& tuple, const Schema& schema) const;
  /// Same fields, whatever the spec id.
  [[nodiscard]] bool same_fields(const PartitionSpec& other) const;
};

}  // namespace goldtape::table
