#include "goldtape/ingest/ingest.h"

#include <chrono>
#include <utility>

#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/load_status.h"

namespace goldtape::ingest {

namespace {

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

class Ingestion {
 public:
  Ingestion(const lake::Lake& lake, const provider::Registry& providers, const Plan& plan,
            const IngestOptions& options)
      : lake_(lake),
        providers_(providers),
        plan_(plan),
        options_(options),
        intake_(lake, providers, options) {
    intake_.expect_bytes(plan.answer_bytes);
  }

  Result<IngestReport> run() {
    GT_ASSIGN(const lake::WriterLock lock, lake_.lock_for_writing("ingest"));
    for (const provider::Request& request : plan_.requests) {
      if (is_cancelled()) return std::move(intake_.report());
      GT_RETURN_IF_ERROR(take(request));
      tell("read", intake_.report().loads.back().name);
    }
    if (is_cancelled()) return std::move(intake_.report());
    GT_RETURN_IF_ERROR(flush());
    return std::move(intake_.report());
  }

 private:
  Status take(const provider::Request& request) {
    GT_ASSIGN(const auto venue, providers_.find(request.provider));
    auto answer = venue->fetch(request);
    if (!answer) {
      intake_.report_failure(answer.error().where, answer.error());
      return {};
    }
    GT_RETURN_IF_ERROR(intake_.add(*answer));
    return intake_.pending_rows() >= options_.max_rows_per_commit ? flush() : Status{};
  }

  Status flush() {
    if (intake_.pending_loads() == 0) return {};
    tell("commit", {});
    return intake_.flush();
  }

  /// Loads that wait for their commit are left for the next run, which finds their raw answers landed.
  bool is_cancelled() {
    if (!options_.cancelled || !options_.cancelled()) return false;
    intake_.cancel();
    return true;
  }

  void tell(const std::string& step, const std::string& file) {
    if (!options_.progress) return;
    options_.progress({.step = step,
                       .file = file,
                       .files_done = static_cast<std::int64_t>(intake_.report().loads.size()),
                       .files_total = static_cast<std::int64_t>(plan_.requests.size()),
                       .bytes_done = intake_.report().bytes,
                       .rows = intake_.rows_read(),
                       .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::steady_clock::now() - started_)});
  }

  const lake::Lake& lake_;
  const provider::Registry& providers_;
  const Plan& plan_;
  const IngestOptions& options_;
  Intake intake_;
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
