// What an ingest is about to do: the questions, and which of them have their answer in the lake already.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/provider.h"

namespace goldtape::ingest {

/// Questions in the order in which they are asked and counted.
struct Plan {
  std::vector<provider::Request> requests;
  std::uint64_t answer_bytes = 0;  ///< Expected sum of the answers, for the check of free space; 0: unknown.
};

enum class PlannedState : std::uint8_t {
  kNew,     ///< Not loaded yet (or failed, refused or undone before).
  kDone,    ///< This very answer is in the lake.
  kFailed,  ///< It cannot be fetched now.
};
[[nodiscard]] std::string_view to_string(PlannedState state);  ///< new | done | failed

struct PlannedLoad {
  provider::Request request;
  PlannedState state = PlannedState::kNew;
  std::string load_id;  ///< Empty when it cannot be fetched.
  std::string name;     ///< Path or URL.
  std::uint64_t bytes = 0;
  std::string note;  ///< Error, or what became of it before.
};

/// Fetches every answer and looks it up; changes nothing. Errors: the store's.
[[nodiscard]] Result<std::vector<PlannedLoad>> preview(const lake::Lake& lake, provider::Provider& provider,
                                                       const Plan& plan);

}  // namespace goldtape::ingest
