// A run of the program that changes a lake, with its row in ops.runs.
#pragma once

#include <functional>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::app {

/// Calls `action` with a new run id; ops.runs says when it ran and how it ended. A killed run stays
/// "running". Errors: the action's, else the store's.
Status recorded_run(const lake::Lake& lake, const std::string& command,
                    const std::function<Status(const std::string& run_id)>& action);

}  // namespace goldtape::app
