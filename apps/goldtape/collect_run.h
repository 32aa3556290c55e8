// Runs collections from the command line: progress, interruption, the report and the exit code.
#pragma once

#include <string>
#include <vector>

#include "collect_setup.h"

namespace goldtape::app {

/// Recovers what an earlier run landed, asks what is planned, and tells how it goes. Prints the report.
/// Errors: GT6106 (kUnavailable) the success share is missed; collect's.
Status run_collections(Program& program, const lake::Lake& lake, const Config& config,
                       const Approach& approach, const std::vector<ingest::CollectionPlan>& plans,
                       const CollectArguments& arguments, const std::string& run_id);

/// What would be asked, for people or as JSON.
void print_plan(const std::vector<ingest::CollectionPlan>& plans, const Approach& approach, bool json);

}  // namespace goldtape::app
