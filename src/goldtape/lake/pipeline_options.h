// What the steps after bronze are told, and how they say where they stand.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/gate.h"
#include "goldtape/quality/suite.h"

namespace goldtape::lake {

/// `done` of `total` parts of a step; total 0 when it is not known. Called by the thread that runs the step.
struct StepProgress {
  std::string_view step;  ///< "refine minutes", "features 1m", ...
  std::int64_t done = 0;
  std::int64_t total = 0;
};

struct PipelineOptions {
  std::string run_id;                               ///< Of ops.runs, for ops.quality_results.
  const calendar::Calendar* calendar = nullptr;     ///< Required.
  std::vector<std::string> preferred_sources = {};  ///< `lake.preferred_sources`; others follow by name.
  quality::Settings quality = {};
  quality::OnCritical on_critical = quality::OnCritical::kStop;
  std::function<void(const StepProgress&)> progress = {};
  std::int64_t refine_rows = 1'000'000;  ///< Minutes that refining holds in memory at once.
  /// That compaction holds in memory at once (some 0.5 KB each), and of a file it writes.
  std::int64_t compact_rows = 2'000'000;

  void report(std::string_view step, std::int64_t done, std::int64_t total) const {
    if (progress) progress({step, done, total});
  }
};

}  // namespace goldtape::lake
