// Up to where a step has been done: snapshots of its inputs and outputs and the settings it ran with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/store/database.h"
#include "goldtape/table/catalog.h"

namespace goldtape::lake {

/// Snapshot ids by table name; absent for a table without rows.
using Snapshots = std::map<std::string, std::optional<std::int64_t>>;

struct StepState {
  Snapshots inputs;              ///< What the step read.
  Snapshots outputs;             ///< What it left behind.
  std::string settings;          ///< Hash of whatever else its result depends on.
  std::set<Date> open_sessions;  ///< Sessions that had not ended yet, to be done again when they have.
  /// What the step made of single securities besides their rows, by security id.
  std::map<std::string, std::string> facts;
  bool operator==(const StepState&) const = default;
};

/// As JSON in the database's `meta` under "step.NAME". Absent when the step has never run, or when what
/// stands there cannot be read (the step is then done in full).
[[nodiscard]] Result<std::optional<StepState>> read_step_state(store::Database& database,
                                                               std::string_view step);
Status write_step_state(store::Transaction& transaction, std::string_view step, const StepState& state);

}  // namespace goldtape::lake
