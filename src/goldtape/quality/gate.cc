#include "goldtape/quality/gate.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace goldtape::quality {

namespace {

std::string describe(const Report& report, const Outcome& outcome) {
  std::string message = fmt::format("{}: {} failed for {} of {} {} ({})", report.table,
                                    outcome.expectation.rule, outcome.failed, outcome.checked,
                                    outcome.expectation.scope == Scope::kRow ? "rows" : "groups",
                                    outcome.expectation.description);
  const char* separator = ": ";
  for (const Offender& offender : outcome.offenders) {
    message += separator + offender.key;
    if (offender.line != 0) message += fmt::format(" line {}", offender.line);
    if (!offender.value.empty()) message += ": " + offender.value;
    separator = "; ";
  }
  if (outcome.failed > static_cast<std::int64_t>(outcome.offenders.size())) message += "; ...";
  return message;
}

std::string reason_for(const Outcome& outcome, std::uint32_t row) {
  for (const Offender& offender : outcome.offenders) {
    if (offender.row == row && !offender.value.empty()) {
      return outcome.expectation.description + ": " + offender.value;
    }
  }
  return outcome.expectation.description;
}

}  // namespace

Result<OnCritical> parse_on_critical(std::string_view text) {
  if (text == "stop") return OnCritical::kStop;
  if (text == "quarantine") return OnCritical::kQuarantine;
  return fail(ErrorKind::kUsage, 3011,
              "'" + std::string{text} + "' is no action of the gate; write stop or quarantine");
}

Decision decide(const Report& report, OnCritical on_critical) {
  Decision decision;
  std::map<std::uint32_t, RefusedRow> refused;
  for (const Outcome& outcome : report.outcomes) {
    if (outcome.passed() || outcome.expectation.severity != Severity::kCritical) continue;
    const bool of_rows = outcome.expectation.scope == Scope::kRow;
    if (decision.pass && (!of_rows || on_critical == OnCritical::kStop)) {
      decision.pass = false;
      decision.failure = Error{ErrorKind::kGateFailed, static_cast<std::uint16_t>(of_rows ? 3001 : 3002),
                               describe(report, outcome)};
    }
    for (std::uint32_t row : outcome.failed_rows) {
      refused.try_emplace(row, RefusedRow{row, outcome.expectation.rule, reason_for(outcome, row)});
    }
  }
  for (auto& [row, entry] : refused) decision.refused.push_back(std::move(entry));
  return decision;
}

Status enforce(const Report& report) {
  Decision decision = decide(report);
  if (decision.pass) return {};
  return std::unexpected(std::move(decision.failure));
}

}  // namespace goldtape::quality
