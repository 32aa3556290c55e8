#include "goldtape/ingest/intake.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/ingest/judgement.h"
#include "goldtape/ingest/load_commit.h"
#include "goldtape/ingest/load_description.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/lake/free_space.h"
#include "goldtape/lake/raw_zone.h"
#include "goldtape/table/location.h"

namespace goldtape::ingest {

namespace {

constexpr std::string_view kAlreadyLoaded = "already_loaded";

/// A load that is tried again finds its rows in quarantine: equal ones stay, others make way.
void settle_quarantine(const std::optional<store::LoadAudit>& before, PendingLoad& pending) {
  if (!before || before->rows_quarantined == 0 || before->status == load_status::kUndone) return;
  if (before->status == pending.audit.status && before->rows_quarantined == pending.audit.rows_quarantined) {
    pending.quarantine.clear();
  } else {
    pending.replaces_quarantine = true;
  }
}

void accept(provider::Rows rows, const std::set<std::uint32_t>& refused, PendingLoad& pending) {
  store::LoadAudit& audit = pending.audit;
  if (auto* bars = std::get_if<model::BarBatch>(&rows)) {
    lake::BarLoad load = lake::make_bar_load(audit.load_id, audit.observed_at, std::move(*bars), refused);
    audit.duplicates_removed = load.duplicates_removed;
    pending.rows = std::move(load);
  } else if (auto* batch = std::get_if<model::ActionBatch>(&rows)) {
    lake::ActionLoad load =
        lake::make_action_load(audit.load_id, audit.observed_at, std::move(batch->actions), refused);
    audit.duplicates_removed = load.duplicates_removed;
    pending.rows = std::move(load);
  } else if (auto* records = std::get_if<model::RecordBatch>(&rows)) {
    lake::RecordLoad load = lake::make_record_load(audit.load_id, audit.observed_at, std::move(*records));
    audit.duplicates_removed = load.duplicates_removed;
    pending.rows = std::move(load);
  }
}

}  // namespace

store::LoadAudit audit_of(const provider::Answer& answer, const std::string& run_id, Timestamp requested_at) {
  const provider::Request& request = answer.request;
  store::LoadAudit audit;
  audit.load_id = answer.load_id();
  audit.run_id = run_id;
  audit.source = request.source;
  audit.dataset = request.dataset;
  audit.ticker = request.ticker;
  audit.requested_at = requested_at;
  audit.request = request.to_json();
  if (request.dataset == "bars") audit.interval = model::to_string(request.interval);
  audit.bytes = static_cast<std::int64_t>(answer.bytes.size());
  audit.attempts = answer.attempts;
  if (answer.http_status != 0) audit.http_status = answer.http_status;
  audit.observed_at = answer.observed_at;
  return audit;
}

Status land_answer(const lake::Lake& lake, const provider::Answer& answer, store::LoadAudit& audit) {
  GT_ASSIGN(const lake::LandedFile landed, lake::land(lake.filesystem(), lake.warehouse(),
                                                      {.source = audit.source,
                                                       .dataset = audit.dataset,
                                                       .ticker = answer.request.ticker,
                                                       .load_id = audit.load_id,
                                                       .extension = answer.extension,
                                                       .request_json = audit.request,
                                                       .bytes = answer.bytes,
                                                       .observed_at = answer.observed_at}));
  audit.raw_path = landed.path;
  audit.content_sha256 = landed.content_sha256;
  return {};
}

Intake::Intake(const lake::Lake& lake, const provider::Registry& providers, const IngestOptions& options)
    : lake_(lake), providers_(providers), options_(options), reader_(lake, providers) {
  report_.run_id = options.run_id.empty() ? table::new_uuid() : options.run_id;
}

Status Intake::add(const provider::Answer& answer, const store::LoadAudit* landed, bool note_repetition) {
  GT_ASSIGN(const auto venue, providers_.find(answer.request.provider));
  LoadOutcome& outcome = report_.loads.emplace_back();
  outcome.name = answer.display_name;
  outcome.load_id = landed != nullptr ? landed->load_id : answer.load_id();
  report_.bytes += answer.bytes.size();
  GT_ASSIGN(const auto before, store::find_load(lake_.database(), outcome.load_id));
  if (pending_ids_.contains(outcome.load_id) || (before && stands(before->status))) {
    take_repetition(answer, outcome, note_repetition);
    return {};
  }
  GT_RETURN_IF_ERROR(require_room(answer.bytes.size()));
  PendingLoad pending;
  pending.outcome = report_.loads.size() - 1;
  if (landed != nullptr) {
    pending.audit = *landed;
    pending.audit.run_id = report_.run_id;
  } else {
    pending.audit = audit_of(answer, report_.run_id, lake_.clock().now());
    GT_RETURN_IF_ERROR(land_answer(lake_, answer, pending.audit));
  }
  read(*venue, answer, pending);
  settle_quarantine(before, pending);
  keep(std::move(pending));
  return {};
}

void Intake::keep(PendingLoad pending) {
  pending_rows_ += pending.audit.rows_fetched;
  rows_read_ += pending.audit.rows_fetched;
  pending_ids_.insert(pending.audit.load_id);
  const Kind kind(pending.audit.source, pending.audit.dataset, pending.audit.interval);
  pending_[kind].push_back(std::move(pending));
}

void Intake::take_repetition(const provider::Answer& answer, LoadOutcome& outcome, bool note) {
  outcome.status = kAlreadyLoaded;
  bytes_expected_ -= std::min<std::uint64_t>(bytes_expected_, answer.bytes.size());
  if (!note) return;
  PendingLoad pending;
  pending.outcome = report_.loads.size() - 1;
  pending.audit = audit_of(answer, report_.run_id, lake_.clock().now());
  pending.audit.load_id =
      sha256_hex(fmt::format("{} seen {}", pending.audit.load_id, format_timestamp(answer.observed_at)));
  pending.audit.status = load_status::kSeen;
  outcome.load_id = pending.audit.load_id;
  if (pending_ids_.contains(outcome.load_id)) return;
  keep(std::move(pending));
}

void Intake::add_failure(store::LoadAudit audit, std::string name, Error error) {
  LoadOutcome& outcome = report_.loads.emplace_back();
  outcome.name = std::move(name);
  outcome.load_id = audit.load_id;
  audit.error = error.to_string();
  audit.run_id = report_.run_id;
  PendingLoad pending;
  pending.outcome = report_.loads.size() - 1;
  pending.audit = std::move(audit);
  outcome.status = pending.audit.status;
  outcome.error = std::move(error);
  keep(std::move(pending));
}

void Intake::report_failure(std::string name, Error error) {
  LoadOutcome& outcome = report_.loads.emplace_back();
  outcome.name = std::move(name);
  outcome.status = load_status::kFailed;
  outcome.error = std::move(error);
}

/// Asked once, when the first answer that is new comes: a repetition needs no room.
Status Intake::require_room(std::uint64_t answer_bytes) {
  if (room_checked_) return {};
  room_checked_ = true;
  return lake::require_free_space(lake_, lake::space_needed_bytes(std::max(bytes_expected_, answer_bytes)));
}

/// Parses and judges; whatever is wrong with the answer is the load's own affair.
void Intake::read(const provider::Provider& venue, const provider::Answer& answer, PendingLoad& pending) {
  LoadOutcome& outcome = report_.loads[pending.outcome];
  auto rows = venue.parse(answer);
  if (!rows) {
    pending.audit.status = load_status::kFailed;
    pending.audit.error = rows.error().to_string();
    outcome.error = std::move(rows.error());
    return;
  }
  // What a venue's clock dated cannot be of the future, whatever ours says.
  const Timestamp now = lake_.clock().now();
  const Timestamp judged_at = answer.http_status != 0 ? std::max(now, answer.observed_at) : now;
  Judgement judgement = judge(*rows, options_, judged_at, answer.display_name);
  describe(*rows, pending.audit);
  pending.quarantine = std::move(judgement.quarantine);
  for (QuarantineRow& row : pending.quarantine) row.load_id = pending.audit.load_id;
  pending.quality = std::move(judgement.results);
  for (store::QualityResult& result : pending.quality) {
    result.run_id = report_.run_id;
    result.load_id = pending.audit.load_id;
  }
  pending.audit.rows_quarantined = static_cast<std::int64_t>(pending.quarantine.size());
  outcome.warnings = std::move(judgement.warnings);
  if (judgement.refusal) {
    pending.audit.status = load_status::kRefused;
    pending.audit.error = judgement.refusal->to_string();
    outcome.error = std::move(judgement.refusal);
    return;
  }
  accept(std::move(*rows), judgement.refused_rows, pending);
}

std::size_t Intake::pending_loads() const {
  std::size_t count = 0;
  for (const auto& [kind, loads] : pending_) count += loads.size();
  return count;
}

Status Intake::flush() {
  for (auto& [kind, loads] : pending_) {
    if (!loads.empty()) GT_RETURN_IF_ERROR(commit(loads));
  }
  pending_.clear();
  pending_ids_.clear();
  pending_rows_ = 0;
  return {};
}

Status Intake::commit(std::vector<PendingLoad>& loads) {
  GT_ASSIGN(const bool changed, commit_loads(lake_, reader_, report_.run_id, loads));
  if (changed) ++report_.commits;
  for (const PendingLoad& load : loads) {
    LoadOutcome& outcome = report_.loads[load.outcome];
    if (outcome.status != kAlreadyLoaded) outcome.status = load.audit.status;
    outcome.rows_fetched = load.audit.rows_fetched;
    outcome.rows_inserted = load.audit.rows_inserted;
    outcome.rows_updated = load.audit.rows_updated;
    outcome.rows_unchanged = load.audit.rows_unchanged;
    outcome.duplicates_removed = load.audit.duplicates_removed;
    outcome.rows_quarantined = load.audit.rows_quarantined;
  }
  loads.clear();
  return {};
}

void Intake::cancel() {
  report_.cancelled = true;
  for (const auto& [kind, loads] : pending_) {
    for (const PendingLoad& load : loads) report_.loads[load.outcome].status = "cancelled";
  }
}

}  // namespace goldtape::ingest
