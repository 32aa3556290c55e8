#include "goldtape/ingest/plan.h"

#include <utility>

#include <fmt/format.h>

#include "goldtape/ingest/load_status.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

std::string_view to_string(PlannedState state) {
  switch (state) {
    case PlannedState::kNew: return "new";
    case PlannedState::kDone: return "done";
    case PlannedState::kFailed: return "failed";
  }
  return "new";
}

Result<std::vector<PlannedLoad>> preview(const lake::Lake& lake, provider::Provider& provider,
                                         const Plan& plan) {
  std::vector<PlannedLoad> out;
  for (const provider::Request& request : plan.requests) {
    PlannedLoad load;
    load.request = request;
    const auto answer = provider.fetch(request);
    if (!answer) {
      load.state = PlannedState::kFailed;
      load.name = answer.error().where;
      load.note = answer.error().to_string();
      out.push_back(std::move(load));
      continue;
    }
    load.load_id = answer->load_id();
    load.name = answer->display_name;
    load.bytes = answer->bytes.size();
    GT_ASSIGN(const auto before, store::find_load(lake.database(), load.load_id));
    if (before) {
      if (stands(before->status)) load.state = PlannedState::kDone;
      load.note = fmt::format("{} at {}", before->status, format_timestamp(before->requested_at));
    }
    out.push_back(std::move(load));
  }
  return out;
}

}  // namespace goldtape::ingest
