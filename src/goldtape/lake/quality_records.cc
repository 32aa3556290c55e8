#include "goldtape/lake/quality_records.h"

#include <fmt/format.h>

namespace goldtape::lake {

std::vector<store::QualityResult> quality_records(const std::vector<quality::Report>& reports,
                                                  std::string_view run_id, Timestamp at) {
  std::vector<store::QualityResult> out;
  for (const quality::Report& report : reports) {
    for (const quality::Outcome& outcome : report.outcomes) {
      store::QualityResult row;
      row.run_id = run_id;
      row.at = at;
      row.layer = report.table.substr(0, report.table.find('.'));
      row.table = report.table;
      row.rule = outcome.expectation.rule;
      row.severity = to_string(outcome.expectation.severity);
      row.outcome = outcome.passed() ? "passed" : "failed";
      row.checked = outcome.checked;
      row.failed = outcome.failed;
      row.message = outcome.passed() ? outcome.expectation.description
                                     : fmt::format("{} of {} failed: {}", outcome.failed, outcome.checked,
                                                   outcome.expectation.description);
      row.offenders = quality::offenders_json(outcome);
      out.push_back(std::move(row));
    }
  }
  return out;
}

}  // namespace goldtape::lake
