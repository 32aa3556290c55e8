// Takes answers into bronze: lands them, parses, asks the gate, gathers, and commits several at once.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/ingest.h"
#include "goldtape/ingest/load_reader.h"
#include "goldtape/ingest/pending_load.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

/// The audit row of an answer that is about to be landed: who asked what, when it was observed.
[[nodiscard]] store::LoadAudit audit_of(const provider::Answer& answer, const std::string& run_id,
                                        Timestamp requested_at);

/// Puts the answer into raw/ and says where in `audit`. Thread safe. Errors: lake::land's.
Status land_answer(const lake::Lake& lake, const provider::Answer& answer, store::LoadAudit& audit);

/// Answers on their way into bronze. Loads of one source, dataset and interval share a commit. Keeps
/// references. Not thread safe. Requires: the caller holds the writer lock.
class Intake {
 public:
  Intake(const lake::Lake& lake, const provider::Registry& providers, const IngestOptions& options);

  /// Lands the answer unless `landed` says that it is, and has it wait for its commit. What is wrong with the
  /// answer itself stands in its outcome. With `note_repetition`, an answer that is in the lake already
  /// leaves a row in the audit that says when it was seen again. Errors: io's, the store's, GT5020, GT5030.
  Status add(const provider::Answer& answer, const store::LoadAudit* landed = nullptr,
             bool note_repetition = false);
  /// A question without a usable answer, as `audit.status` says; its row is written with the next commit.
  void add_failure(store::LoadAudit audit, std::string name, Error error);
  /// Only for the report: what could not even be asked.
  void report_failure(std::string name, Error error);

  /// Commits what waits, a transaction for each source, dataset and interval. Errors: commit_loads'.
  Status flush();
  [[nodiscard]] std::int64_t pending_rows() const { return pending_rows_; }
  [[nodiscard]] std::size_t pending_loads() const;
  [[nodiscard]] std::int64_t rows_read() const { return rows_read_; }
  /// Marks what waits as cancelled: its raw answers are landed, the next run finds them.
  void cancel();

  [[nodiscard]] IngestReport& report() { return report_; }
  /// Of all answers to come, for the check of free space; 0: unknown.
  void expect_bytes(std::uint64_t bytes) { bytes_expected_ = bytes; }

 private:
  using Kind = std::tuple<std::string, std::string, std::string>;  ///< Source, dataset, interval.

  Status require_room(std::uint64_t answer_bytes);
  void read(const provider::Provider& venue, const provider::Answer& answer, PendingLoad& pending);
  void take_repetition(const provider::Answer& answer, LoadOutcome& outcome, bool note);
  void keep(PendingLoad pending);
  Status commit(std::vector<PendingLoad>& loads);

  const lake::Lake& lake_;
  const provider::Registry& providers_;
  const IngestOptions& options_;
  LoadReader reader_;
  IngestReport report_;
  std::map<Kind, std::vector<PendingLoad>> pending_;
  std::set<std::string> pending_ids_;
  std::int64_t pending_rows_ = 0;
  std::int64_t rows_read_ = 0;
  std::uint64_t bytes_expected_ = 0;
  bool room_checked_ = false;
};

}  // namespace goldtape::ingest
