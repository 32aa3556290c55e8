// Commands whose answer is a SELECT over the lake's own tables: printed as a table or as JSON.
#pragma once

#include <string>

#include "command.h"

namespace goldtape::app {

/// Opens the lake, runs the statement, prints its rows to standard output. `snapshot` as in query.
Status print_sql(Program& program, const std::string& sql, bool json);

}  // namespace goldtape::app
