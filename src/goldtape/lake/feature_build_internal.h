// How features and marts are computed over silver. Not public.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/lake/pipeline_options.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/reference/adjustment.h"
#include "goldtape/table/table.h"

namespace goldtape::lake::internal {

struct FeatureInputs {
  const PipelineOptions* options = nullptr;
  const std::map<std::string, table::Table>* tables = nullptr;  ///< Silver's and gold's, by name.
  const std::map<std::int64_t, reference::FactorSchedule>* splits = nullptr;
};

/// Which securities are to be computed again.
struct Changes {
  /// The first changed date of each; absent: all, from their first bar.
  std::optional<std::map<std::int64_t, Date>> changed_from;

  [[nodiscard]] bool empty() const { return changed_from && changed_from->empty(); }
  /// Whether the security is computed again, and whether that reaches `date`.
  [[nodiscard]] bool contains(std::int64_t security_id) const {
    return !changed_from || changed_from->contains(security_id);
  }
  [[nodiscard]] bool reaches(std::int64_t security_id, Date date) const {
    if (!changed_from) return true;
    auto found = changed_from->find(security_id);
    return found != changed_from->end() && found->second <= date;
  }
};

struct FeatureOutputs {
  std::vector<TableChange> changes;
  std::int64_t securities = 0;
  std::int64_t bars_read = 0;
  std::int64_t rows_written = 0;
};

/// gold.features_1m and the marts, month by month.
Status build_minutes(const FeatureInputs& in, const Changes& changes, FeatureOutputs& out);
/// gold.features_1d, year by year.
Status build_days(const FeatureInputs& in, const Changes& changes, FeatureOutputs& out);

/// A partition's dates, first and last.
struct PartitionDates {
  Date first, last;
  auto operator<=>(const PartitionDates&) const = default;
};
/// Months (else years) that one of the tables has files of, ascending. Their files lie in one of them each.
[[nodiscard]] Result<std::vector<PartitionDates>> partitions_of(
    const std::vector<const table::Table*>& tables, bool by_month);

}  // namespace goldtape::lake::internal
