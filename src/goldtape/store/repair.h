// ops.repairs: every value that was mended, by which rule and on what evidence. Bronze is never touched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/store/database.h"

namespace goldtape::store {

struct Repair {
  std::string repair_id;  ///< Key.
  std::string run_id;
  Timestamp at{};
  std::string table;  ///< "silver.bars_1d"
  std::int64_t security_id = 0;
  std::string row_key;  ///< JSON of the row's key columns.
  std::string column;
  std::string rule;
  std::string reason;
  std::string evidence;  ///< JSON.
  std::optional<double> old_value;
  std::optional<double> new_value;
  std::string status;  ///< applied | reverted
};

/// Inserts, or replaces the row of the same repair_id.
Status put_repair(Transaction& transaction, const Repair& repair);
/// Oldest first; of one table when it is given.
[[nodiscard]] Result<std::vector<Repair>> list_repairs(Database& database, std::string_view table = {});

}  // namespace goldtape::store
