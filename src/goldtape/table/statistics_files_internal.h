// The statistics files (Puffin) that others noted in a table's metadata: whose they are, where they lie.
// Not public.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace goldtape::table::internal {

/// "statistics" or "partition-statistics" of the metadata without those of some snapshots. What is no JSON
/// array stays as it is.
[[nodiscard]] std::string without_snapshots(const std::string& json, const std::set<std::int64_t>& lost);

/// The same with every file's location changed.
[[nodiscard]] std::string with_locations(const std::string& json,
                                         const std::function<std::string(const std::string&)>& change);

/// The locations of the files that it names.
[[nodiscard]] std::vector<std::string> statistics_locations(const std::string& json);

}  // namespace goldtape::table::internal
