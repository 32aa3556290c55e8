#include "goldtape/ingest/judgement.h"

#include <utility>

#include <fmt/format.h>

namespace goldtape::ingest {

namespace {

store::QualityResult result_of(const quality::Report& report, const quality::Outcome& outcome,
                               Timestamp now) {
  return {.run_id = {},
          .load_id = std::nullopt,
          .at = now,
          .layer = "bronze",
          .table = report.table,
          .rule = outcome.expectation.rule,
          .severity = std::string(quality::to_string(outcome.expectation.severity)),
          .outcome = outcome.passed() ? "passed" : "failed",
          .checked = outcome.checked,
          .failed = outcome.failed,
          .message = outcome.passed() ? std::string() : outcome.expectation.description,
          .offenders = quality::offenders_json(outcome),
          .snapshot_id = std::nullopt};
}

std::string warning_of(const quality::Outcome& outcome) {
  std::string text = fmt::format("{} failed for {} of {} ({})", outcome.expectation.rule, outcome.failed,
                                 outcome.checked, outcome.expectation.description);
  if (!outcome.offenders.empty()) {
    const quality::Offender& first = outcome.offenders.front();
    text += fmt::format(", first: {}: {}", first.key, first.value);
  }
  return text;
}

std::string place_of(const quality::Report& report, const std::string& name) {
  for (const quality::Outcome& outcome : report.outcomes) {
    if (outcome.passed() || outcome.expectation.severity != quality::Severity::kCritical) continue;
    for (const quality::Offender& offender : outcome.offenders) {
      if (offender.line != 0) return fmt::format("{}:{}", name, offender.line);
    }
  }
  return name;
}

void take_in(const quality::Report& report, const quality::Decision& decision, Timestamp now,
             const std::string& name, Judgement& out) {
  for (const quality::Outcome& outcome : report.outcomes) {
    out.results.push_back(result_of(report, outcome, now));
    if (!outcome.passed() && outcome.expectation.severity == quality::Severity::kWarning) {
      out.warnings.push_back(warning_of(outcome));
    }
  }
  for (const quality::RefusedRow& row : decision.refused) out.refused_rows.insert(row.row);
  if (decision.pass) return;
  out.refusal = decision.failure;
  out.refusal->where = place_of(report, name);
}

}  // namespace

Judgement judge(const provider::Rows& rows, const IngestOptions& options, Timestamp now,
                const std::string& name) {
  Judgement out;
  const quality::Context context{.now = now,
                                 .calendar = options.calendar,
                                 .history = options.history,
                                 .thresholds = options.quality.thresholds};
  if (const auto* bars = std::get_if<model::BarBatch>(&rows)) {
    const quality::Report report = quality::check_bars(*bars, context, options.quality);
    const quality::Decision decision = quality::decide(report, options.on_critical);
    take_in(report, decision, now, name, out);
    for (const quality::RefusedRow& row : decision.refused) {
      out.quarantine.push_back(refused_bar(*bars, row.row, row.rule, row.reason));
    }
    for (const model::RejectedRow& row : bars->rejected)
      out.quarantine.push_back(rejected_row(bars->origin, row));
    if (bars->empty_rows > 0) {
      out.warnings.push_back(fmt::format("{} places of the answer hold no value: no bars", bars->empty_rows));
    }
    if (bars->unfinished_rows > 0) {
      out.warnings.push_back(
          fmt::format("{} bars had not ended when they were observed: left out", bars->unfinished_rows));
    }
    if (!bars->rejected.empty()) {
      const model::RejectedRow& first = bars->rejected.front();
      out.warnings.push_back(fmt::format("{} rows went to quarantine, first: line {}: {}",
                                         bars->rejected.size(), first.line, first.reason));
    }
  } else if (const auto* records = std::get_if<model::RecordBatch>(&rows)) {
    out.warnings = records->notes;
    if (auto fits = model::check_records(*records); !fits) out.refusal = std::move(fits.error());
  } else {
    const auto& actions = std::get<model::ActionBatch>(rows);
    out.warnings = actions.notes;
    const quality::Report report = quality::check_actions(actions, context, options.quality);
    const quality::Decision decision = quality::decide(report, options.on_critical);
    take_in(report, decision, now, name, out);
    for (const quality::RefusedRow& row : decision.refused) {
      out.quarantine.push_back(refused_action(actions, row.row, row.rule, row.reason));
    }
  }
  return out;
}

}  // namespace goldtape::ingest
