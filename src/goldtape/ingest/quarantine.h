// Rows on their way to quarantine.rows, and what quarantine holds of a load.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/model/corporate_action.h"

namespace goldtape::ingest {

/// A row of quarantine.rows; its columns are described there.
struct QuarantineRow {
  std::string layer;
  std::string rule;
  std::string reason;
  std::string source;
  std::string interval;  ///< Empty: NULL.
  std::string ticker;    ///< Empty: NULL.
  std::optional<std::int64_t> ts_us;
  std::optional<std::int32_t> date_days;
  std::int64_t line = 0;
  std::string row_json;
  std::string load_id;
};

/// A row that the parser could read but not use; rule "complete".
[[nodiscard]] QuarantineRow rejected_row(const model::BarOrigin& origin, const model::RejectedRow& row);
/// A row that a rule refused.
[[nodiscard]] QuarantineRow refused_bar(const model::BarBatch& bars, std::uint32_t row, std::string rule,
                                        std::string reason);
[[nodiscard]] QuarantineRow refused_action(const model::ActionBatch& batch, std::uint32_t row,
                                           std::string rule, std::string reason);

/// Plans the appending of rows; `replaced` are loads whose rows there make way. Empty when nothing changes.
/// Errors: the table's, io's.
[[nodiscard]] Result<std::vector<lake::TableChange>> plan_quarantine(const lake::Lake& lake,
                                                                     const std::vector<QuarantineRow>& rows,
                                                                     const std::vector<std::string>& replaced,
                                                                     Timestamp now);

/// Lines of a load's answer that are in quarantine. Errors: the table's, io's.
[[nodiscard]] Result<std::set<std::int64_t>> quarantined_lines(const lake::Lake& lake,
                                                               std::string_view load_id);

}  // namespace goldtape::ingest
