#include "goldtape/ingest/ingest.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "goldtape/ingest/judgement.h"
#include "goldtape/ingest/load_commit.h"
#include "goldtape/ingest/load_reader.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/pending_load.h"
#include "goldtape/lake/free_space.h"
#include "goldtape/lake/raw_zone.h"
#include "goldtape/table/location.h"

namespace goldtape::ingest {

namespace {

constexpr std::string_view kAlreadyLoaded = "already_loaded";

int badness(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInternal: return 6;
    case ErrorKind::kDamaged: return 5;
    case ErrorKind::kConflict: return 4;
    case ErrorKind::kGateFailed: return 3;
    case ErrorKind::kUnavailable: return 2;
    default: return 1;
  }
}

std::string only_ticker(const std::vector<std::string>& tickers, const std::string& asked) {
  return tickers.size() == 1 ? tickers.front() : asked;
}

void describe(const model::BarBatch& bars, store::LoadAudit& audit) {
  audit.rows_fetched = static_cast<std::int64_t>(bars.size() + bars.rejected.size());
  audit.ticker = only_ticker(bars.tickers, audit.ticker);
  if (bars.empty()) return;
  const auto [first, last] = std::ranges::minmax(bars.ts_us);
  const std::chrono::microseconds length =
      model::is_intraday(bars.origin.interval)
          ? std::chrono::microseconds(model::length(bars.origin.interval))
          : std::chrono::microseconds(std::chrono::days(1));
  audit.range_start = from_micros(first);
  audit.range_end = from_micros(last) + length;
}

void describe(const model::ActionBatch& batch, store::LoadAudit& audit) {
  audit.rows_fetched = static_cast<std::int64_t>(batch.actions.size());
  if (batch.actions.empty()) return;
  const auto [first, last] = std::ranges::minmax_element(batch.actions, {}, &model::CorporateAction::ex_date);
  audit.range_start = first->ex_date;
  audit.range_end = last->ex_date + std::chrono::days(1);
}

class Ingestion {
 public:
  Ingestion(const lake::Lake& lake, const provider::Registry& providers, const Plan& plan,
            const IngestOptions& options)
      : lake_(lake), providers_(providers), plan_(plan), options_(options), reader_(lake, providers) {
    report_.run_id = options.run_id.empty() ? table::new_uuid() : options.run_id;
    bytes_expected_ = plan.answer_bytes;
  }

  Result<IngestReport> run() {
    GT_ASSIGN(const lake::WriterLock lock, lake_.lock_for_writing("ingest"));
    for (const provider::Request& request : plan_.requests) {
      if (is_cancelled()) return std::move(report_);
      GT_RETURN_IF_ERROR(take(request));
      tell("read", report_.loads.back().name);
    }
    if (is_cancelled()) return std::move(report_);
    GT_RETURN_IF_ERROR(flush());
    return std::move(report_);
  }

 private:
  /// One request, up to its place among the pending loads.
  Status take(const provider::Request& request) {
    LoadOutcome& outcome = report_.loads.emplace_back();
    GT_ASSIGN(const auto venue, providers_.find(request.provider));
    auto answer = venue->fetch(request);
    if (!answer) {
      outcome.name = answer.error().where;
      outcome.status = load_status::kFailed;
      outcome.error = std::move(answer.error());
      return {};
    }
    outcome.name = answer->display_name;
    outcome.load_id = answer->load_id();
    report_.bytes += answer->bytes.size();
    GT_ASSIGN(const auto before, store::find_load(lake_.database(), outcome.load_id));
    const bool twice = pending_ids_.contains(outcome.load_id);
    if (twice || (before && stands(before->status))) {
      outcome.status = kAlreadyLoaded;
      bytes_expected_ -= std::min<std::uint64_t>(bytes_expected_, answer->bytes.size());
      return {};
    }
    GT_RETURN_IF_ERROR(require_room(answer->bytes.size()));
    GT_RETURN_IF_ERROR(make_place_for(request));
    PendingLoad pending;
    pending.outcome = report_.loads.size() - 1;
    GT_ASSIGN(pending.audit, land(*answer, outcome.load_id));
    read(*venue, *answer, pending);
    settle_quarantine(before, pending);
    pending_rows_ += pending.audit.rows_fetched;
    rows_read_ += pending.audit.rows_fetched;
    pending_ids_.insert(outcome.load_id);
    pending_.push_back(std::move(pending));
    return pending_rows_ >= options_.max_rows_per_commit ? flush() : Status{};
  }

  /// Asked once, when the first answer that is new comes: a repetition needs no room.
  Status require_room(std::uint64_t answer_bytes) {
    if (room_checked_) return {};
    room_checked_ = true;
    return lake::require_free_space(lake_, lake::space_needed_bytes(std::max(bytes_expected_, answer_bytes)));
  }

  /// A commit holds loads of one source, dataset and interval.
  Status make_place_for(const provider::Request& request) {
    const auto kind = std::tuple(request.source, request.dataset, request.interval);
    if (!pending_.empty() && kind != pending_kind_) GT_RETURN_IF_ERROR(flush());
    pending_kind_ = kind;
    return {};
  }

  Result<store::LoadAudit> land(const provider::Answer& answer, const std::string& load_id) {
    const provider::Request& request = answer.request;
    store::LoadAudit audit;
    audit.load_id = load_id;
    audit.run_id = report_.run_id;
    audit.source = request.source;
    audit.dataset = request.dataset;
    audit.ticker = request.ticker;
    audit.requested_at = lake_.clock().now();
    audit.request = request.to_json();
    if (request.dataset == "bars") audit.interval = model::to_string(request.interval);
    audit.bytes = static_cast<std::int64_t>(answer.bytes.size());
    audit.attempts = answer.attempts;
    if (answer.http_status != 0) audit.http_status = answer.http_status;
    audit.observed_at = answer.observed_at;
    GT_ASSIGN(const lake::LandedFile landed, lake::land(lake_.filesystem(), lake_.root(),
                                                        {.source = audit.source,
                                                         .dataset = audit.dataset,
                                                         .ticker = request.ticker,
                                                         .load_id = load_id,
                                                         .extension = answer.extension,
                                                         .request_json = audit.request,
                                                         .bytes = answer.bytes,
                                                         .observed_at = answer.observed_at}));
    audit.raw_path = landed.path;
    audit.content_sha256 = landed.content_sha256;
    return audit;
  }

  /// Parses and judges; whatever is wrong with the answer is the load's own affair.
  void read(const provider::Provider& venue, const provider::Answer& answer, PendingLoad& pending) {
    LoadOutcome& outcome = report_.loads[pending.outcome];
    auto rows = venue.parse(answer);
    if (!rows) {
      pending.audit.status = load_status::kFailed;
      pending.audit.error = rows.error().to_string();
      outcome.error = std::move(rows.error());
      return;
    }
    Judgement judgement = judge(*rows, options_, lake_.clock().now(), answer.display_name);
    std::visit([&](const auto& batch) { describe(batch, pending.audit); }, *rows);
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

  static void accept(provider::Rows rows, const std::set<std::uint32_t>& refused, PendingLoad& pending) {
    store::LoadAudit& audit = pending.audit;
    if (auto* bars = std::get_if<model::BarBatch>(&rows)) {
      lake::BarLoad load = lake::make_bar_load(audit.load_id, audit.observed_at, std::move(*bars), refused);
      audit.duplicates_removed = load.duplicates_removed;
      pending.rows = std::move(load);
    } else {
      auto& actions = std::get<model::ActionBatch>(rows).actions;
      lake::ActionLoad load =
          lake::make_action_load(audit.load_id, audit.observed_at, std::move(actions), refused);
      audit.duplicates_removed = load.duplicates_removed;
      pending.rows = std::move(load);
    }
  }

  /// A load that is tried again finds its rows in quarantine: equal ones stay, others make way.
  static void settle_quarantine(const std::optional<store::LoadAudit>& before, PendingLoad& pending) {
    if (!before || before->rows_quarantined == 0 || before->status == load_status::kUndone) return;
    if (before->status == pending.audit.status &&
        before->rows_quarantined == pending.audit.rows_quarantined) {
      pending.quarantine.clear();
    } else {
      pending.replaces_quarantine = true;
    }
  }

  Status flush() {
    if (pending_.empty()) return {};
    tell("commit", {});
    GT_ASSIGN(const bool changed, commit_loads(lake_, reader_, report_.run_id, pending_));
    if (changed) ++report_.commits;
    for (const PendingLoad& load : pending_) {
      LoadOutcome& outcome = report_.loads[load.outcome];
      outcome.status = load.audit.status;
      outcome.rows_fetched = load.audit.rows_fetched;
      outcome.rows_inserted = load.audit.rows_inserted;
      outcome.rows_updated = load.audit.rows_updated;
      outcome.rows_unchanged = load.audit.rows_unchanged;
      outcome.duplicates_removed = load.audit.duplicates_removed;
      outcome.rows_quarantined = load.audit.rows_quarantined;
    }
    pending_.clear();
    pending_ids_.clear();
    pending_rows_ = 0;
    return {};
  }

  /// Loads that wait for their commit are left for the next run, which finds their raw answers landed.
  bool is_cancelled() {
    if (!options_.cancelled || !options_.cancelled()) return false;
    report_.cancelled = true;
    for (const PendingLoad& load : pending_) report_.loads[load.outcome].status = "cancelled";
    return true;
  }

  void tell(const std::string& step, const std::string& file) const {
    if (!options_.progress) return;
    options_.progress({.step = step,
                       .file = file,
                       .files_done = static_cast<std::int64_t>(report_.loads.size()),
                       .files_total = static_cast<std::int64_t>(plan_.requests.size()),
                       .bytes_done = report_.bytes,
                       .rows = rows_read_,
                       .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::steady_clock::now() - started_)});
  }

  const lake::Lake& lake_;
  const provider::Registry& providers_;
  const Plan& plan_;
  const IngestOptions& options_;
  LoadReader reader_;
  IngestReport report_;
  std::vector<PendingLoad> pending_;
  std::set<std::string> pending_ids_;
  std::tuple<std::string, std::string, model::Interval> pending_kind_;
  std::int64_t pending_rows_ = 0;
  std::int64_t rows_read_ = 0;
  std::uint64_t bytes_expected_ = 0;
  bool room_checked_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

LoadOutcome IngestReport::totals() const {
  LoadOutcome sum;
  for (const LoadOutcome& load : loads) {
    sum.rows_fetched += load.rows_fetched;
    sum.rows_inserted += load.rows_inserted;
    sum.rows_updated += load.rows_updated;
    sum.rows_unchanged += load.rows_unchanged;
    sum.duplicates_removed += load.duplicates_removed;
    sum.rows_quarantined += load.rows_quarantined;
  }
  return sum;
}

std::optional<Error> IngestReport::worst() const {
  const Error* worst = nullptr;
  for (const LoadOutcome& load : loads) {
    if (load.error && (worst == nullptr || badness(load.error->kind) > badness(worst->kind)))
      worst = &*load.error;
  }
  return worst == nullptr ? std::nullopt : std::optional(*worst);
}

Result<IngestReport> ingest(const lake::Lake& lake, const provider::Registry& providers, const Plan& plan,
                            const IngestOptions& options) {
  return Ingestion(lake, providers, plan, options).run();
}

}  // namespace goldtape::ingest
