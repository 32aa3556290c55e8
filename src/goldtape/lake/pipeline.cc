#include "goldtape/lake/pipeline.h"

namespace goldtape::lake {

Result<PipelineReport> run_pipeline(const Lake& lake, const PipelineOptions& options) {
  PipelineReport report;
  GT_ASSIGN(report.refine, refine(lake, options));
  GT_ASSIGN(report.features, features(lake, options));
  report.elapsed = report.refine.elapsed + report.features.elapsed;
  return report;
}

}  // namespace goldtape::lake
