// Writing the dashboard page of a lake to a file; the demo uses it too.
#pragma once

#include <cstdint>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::app {

struct DashboardFile {
  std::string path;  ///< Absolute.
  std::uint64_t bytes = 0;
};

/// `snapshot` as in query: empty for now. Errors: GT1031 the file cannot be written, those of query and
/// serve.
Result<DashboardFile> write_dashboard(const lake::Lake& lake, const std::string& output,
                                      const std::string& snapshot, std::int64_t max_symbols);

}  // namespace goldtape::app
