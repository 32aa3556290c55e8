#include "goldtape/ingest/rebuild_audit.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/load_description.h"
#include "goldtape/ingest/load_reader.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/recount.h"
#include "goldtape/ingest/stored_answer.h"
#include "goldtape/lake/bar_load.h"
#include "goldtape/lake/lake_tables.h"
#include "goldtape/lake/raw_zone.h"
#include "goldtape/model/table_def.h"
#include "goldtape/provider/provider.h"
#include "goldtape/store/load_audit.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/snapshot.h"

namespace goldtape::ingest {

namespace {

using Counts = std::map<std::string, std::int64_t, std::less<>>;

std::int64_t count_of(const Counts& counts, std::string_view id) {
  const auto at = counts.find(id);
  return at == counts.end() ? 0 : at->second;
}

/// How often each value stands in a text column.
Status count_values(const lake::Lake& lake, std::string_view name, const std::string& column,
                    Counts& counts) {
  GT_ASSIGN(const table::Table table, lake.catalog().load(name));
  GT_ASSIGN(auto plan, table::plan_scan(table, {.columns = {column}}));
  GT_ASSIGN(const auto reader, table::open_reader(table, std::move(plan)));
  while (true) {
    const auto batch = reader->Next();
    if (!batch.ok()) return fail(ErrorKind::kDamaged, 5022, batch.status().ToString(), std::string(name));
    if (*batch == nullptr) return {};
    const auto* values = dynamic_cast<const arrow::StringArray*>((*batch)->column(0).get());
    if (values == nullptr) return fail(ErrorKind::kDamaged, 5022, column + " is no text", std::string(name));
    for (std::int64_t i = 0; i < values->length(); ++i) {
      if (values->IsNull(i)) continue;
      const std::string_view value = values->GetView(i);
      if (const auto at = counts.find(value); at != counts.end()) {
        ++at->second;
      } else {
        counts.emplace(value, 1);
      }
    }
  }
}

class AuditRebuild {
 public:
  AuditRebuild(const lake::Lake& lake, const provider::Registry& providers)
      : lake_(lake), providers_(providers), reader_(lake, providers) {}

  Result<RebuiltAudit> run() {
    GT_RETURN_IF_ERROR(count_traces());
    GT_ASSIGN(const auto loads, store::list_loads(lake_.database()));
    for (const store::LoadAudit& load : loads) known_.insert(load.raw_path);
    const auto files = lake_.filesystem().list(lake_.path("raw"), true);
    if (!files && files.error().kind == ErrorKind::kNotFound) return std::move(report_);
    GT_RETURN_IF_ERROR(files);
    for (const io::FileInfo& file : *files) {
      if (!file.is_directory && !file.path.ends_with(io::kTemporarySuffix))
        GT_RETURN_IF_ERROR(visit(file.path));
    }
    GT_RETURN_IF_ERROR(write());
    return std::move(report_);
  }

 private:
  Status count_traces() {
    GT_RETURN_IF_ERROR(lake::create_missing_tables(lake_.catalog()));
    GT_RETURN_IF_ERROR(count_values(lake_, "bronze.bars", "load_id", carried_));
    GT_RETURN_IF_ERROR(count_values(lake_, "bronze.revisions", "old_load_id", replaced_));
    GT_RETURN_IF_ERROR(count_values(lake_, "bronze.revisions", "new_load_id", updated_));
    GT_RETURN_IF_ERROR(count_values(lake_, "quarantine.rows", "load_id", quarantined_));
    for (const model::TableDef& def : model::tables()) {
      if (def.zone != "bronze") continue;
      GT_ASSIGN(const table::Table table, lake_.catalog().load(table::TableName{def.zone, def.name}));
      for (const table::Snapshot& snapshot : table.history()) note_snapshot(snapshot);
    }
    return {};
  }

  /// "goldtape.load-id" names the loads of a snapshot, with commas between.
  void note_snapshot(const table::Snapshot& snapshot) {
    const auto ids = snapshot.summary.find(table::summary_key::kLoadId);
    if (ids == snapshot.summary.end()) return;
    std::string_view rest = ids->second;
    while (!rest.empty()) {
      const std::string_view id = rest.substr(0, rest.find(','));
      snapshots_.insert_or_assign(std::string(id), snapshot.snapshot_id);
      rest.remove_prefix(std::min(rest.size(), id.size() + 1));
    }
  }

  Status visit(const std::string& path) {
    const std::string relative = path.substr(lake_.path("").size());
    if (known_.contains(relative)) {
      ++report_.known;
      return {};
    }
    const Status taken = take(path, relative);
    if (!taken) report_.damaged.push_back(path + ": " + taken.error().message);
    return {};
  }

  /// Bars are known by the traces they left in bronze; of the rest it is found out once all are seen.
  Status take(const std::string& path, const std::string& relative) {
    GT_ASSIGN(lake::StoredAnswer stored, lake::read_raw(lake_.filesystem(), path));
    const std::string id = stored.load_id;
    const bool named = count_of(carried_, id) + count_of(replaced_, id) + count_of(updated_, id) > 0;
    store::LoadAudit audit;
    auto rows = parse(std::move(stored), relative, audit);
    if (!rows && !named) {  // The words of a venue that refused, or what never could be read.
      report_.unnamed.push_back(path);
      return {};
    }
    GT_RETURN_IF_ERROR(rows);
    describe(*rows, audit);
    audit.rows_quarantined = count_of(quarantined_, audit.load_id);
    if (!std::holds_alternative<model::BarBatch>(*rows)) {
      others_.push_back(std::move(audit));
      return {};
    }
    if (!named && audit.rows_fetched > 0) {
      report_.unnamed.push_back(path);
      return {};
    }
    GT_ASSIGN(const auto accepted, reader_.accepted(audit, *std::move(rows)));
    count_bars(std::get<lake::BarLoad>(accepted), audit);
    rebuilt_.push_back(std::move(audit));
    return {};
  }

  Result<provider::Rows> parse(lake::StoredAnswer stored, const std::string& raw_path,
                               store::LoadAudit& audit) const {
    std::string content_sha256 = stored.content_sha256;
    GT_ASSIGN(const provider::Answer answer, answer_of(std::move(stored), raw_path));
    audit = audit_of(answer, "recovered", answer.observed_at);
    audit.finished_at = lake_.clock().now();
    audit.raw_path = raw_path;
    audit.content_sha256 = std::move(content_sha256);
    if (const auto snapshot = snapshots_.find(audit.load_id); snapshot != snapshots_.end())
      audit.snapshot_id = snapshot->second;
    GT_ASSIGN(const auto venue, providers_.find(answer.request.provider));
    return venue->parse(answer);
  }

  /// Accepted rows are inserted, updates, or said nothing new; the counts add up to the rows fetched.
  void count_bars(const lake::BarLoad& load, store::LoadAudit& audit) const {
    const std::string& id = audit.load_id;
    const auto accepted = std::ssize(load.accepted);
    audit.duplicates_removed = load.duplicates_removed;
    audit.rows_updated = std::clamp<std::int64_t>(count_of(updated_, id), 0, accepted);
    audit.rows_inserted =
        std::clamp<std::int64_t>(count_of(carried_, id) + count_of(replaced_, id) - count_of(updated_, id), 0,
                                 accepted - audit.rows_updated);
    audit.rows_unchanged = accepted - audit.rows_updated - audit.rows_inserted;
    audit.rows_quarantined = audit.rows_fetched - accepted - audit.duplicates_removed;
    const bool news = audit.rows_inserted + audit.rows_updated > 0;
    audit.status = news ? load_status::kLoaded : load_status::kUnchanged;
  }

  Status write() {
    GT_ASSIGN(const auto standing, recount(lake_, reader_, others_));
    std::set<std::size_t> stands(standing.begin(), standing.end());
    for (std::size_t i = 0; i < others_.size(); ++i) {
      if (stands.contains(i)) {
        rebuilt_.push_back(std::move(others_[i]));
      } else {
        report_.unnamed.push_back(lake_.path(others_[i].raw_path));
      }
    }
    GT_ASSIGN(store::Transaction transaction, lake_.database().begin());
    for (const store::LoadAudit& audit : rebuilt_) GT_RETURN_IF_ERROR(store::put_load(transaction, audit));
    report_.rebuilt = std::ssize(rebuilt_);
    return transaction.commit();
  }

  const lake::Lake& lake_;
  const provider::Registry& providers_;
  LoadReader reader_;
  Counts carried_;      ///< Rows of bronze by the load that they carry.
  Counts replaced_;     ///< Revisions by the load that was replaced.
  Counts updated_;      ///< Revisions by the load that replaced.
  Counts quarantined_;  ///< Refused rows.
  std::map<std::string, std::int64_t> snapshots_;
  std::set<std::string> known_;
  std::vector<store::LoadAudit> rebuilt_;  ///< Whose rows are in bronze.
  std::vector<store::LoadAudit> others_;   ///< Of actions and records, still to be counted.
  RebuiltAudit report_;
};

}  // namespace

Result<RebuiltAudit> rebuild_audit(const lake::Lake& lake, const provider::Registry& providers) {
  GT_ASSIGN(const auto lock, lake.lock_for_writing("recover"));
  return AuditRebuild(lake, providers).run();
}

}  // namespace goldtape::ingest
