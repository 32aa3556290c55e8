#include "goldtape/ingest/rebuild_audit.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/quarantine.h"
#include "goldtape/lake/bar_load.h"
#include "goldtape/lake/raw_zone.h"
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
      : lake_(lake), providers_(providers) {}

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
    return std::move(report_);
  }

 private:
  Status count_traces() {
    for (const char* name : {"bronze.bars", "bronze.corporate_actions"})
      GT_RETURN_IF_ERROR(count_values(lake_, name, "load_id", carried_));
    GT_RETURN_IF_ERROR(count_values(lake_, "bronze.revisions", "old_load_id", replaced_));
    GT_RETURN_IF_ERROR(count_values(lake_, "bronze.revisions", "new_load_id", updated_));
    GT_RETURN_IF_ERROR(count_values(lake_, "quarantine.rows", "load_id", quarantined_));
    for (const char* name : {"bronze.bars", "bronze.corporate_actions"}) {
      GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
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
    auto stored = lake::read_raw(lake_.filesystem(), path);
    if (!stored) {
      report_.damaged.push_back(path + ": " + stored.error().message);
      return {};
    }
    const std::string id = stored->load_id;
    if (count_of(carried_, id) + count_of(replaced_, id) + count_of(updated_, id) == 0) {
      report_.unnamed.push_back(path);
      return {};
    }
    auto audit = audit_of(*std::move(stored), relative);
    if (!audit) {
      report_.damaged.push_back(path + ": " + audit.error().message);
      return {};
    }
    GT_ASSIGN(store::Transaction transaction, lake_.database().begin());
    GT_RETURN_IF_ERROR(store::put_load(transaction, *audit));
    GT_RETURN_IF_ERROR(transaction.commit());
    ++report_.rebuilt;
    return {};
  }

  Result<store::LoadAudit> audit_of(lake::StoredAnswer stored, const std::string& raw_path) const {
    store::LoadAudit audit;
    audit.load_id = stored.load_id;
    audit.run_id = "recovered";
    audit.requested_at = audit.observed_at = stored.observed_at;
    audit.finished_at = lake_.clock().now();
    audit.status = load_status::kLoaded;
    audit.bytes = std::ssize(stored.bytes);
    audit.request = stored.request_json;
    audit.raw_path = raw_path;
    audit.content_sha256 = stored.content_sha256;
    if (const auto snapshot = snapshots_.find(audit.load_id); snapshot != snapshots_.end())
      audit.snapshot_id = snapshot->second;
    provider::Answer answer{.request = {},
                            .bytes = std::move(stored.bytes),
                            .extension = std::move(stored.extension),
                            .observed_at = stored.observed_at,
                            .display_name = raw_path};
    GT_ASSIGN(answer.request, provider::Request::from_json(stored.request_json));
    audit.source = answer.request.source;
    audit.dataset = answer.request.dataset;
    audit.ticker = answer.request.ticker;
    GT_ASSIGN(const auto venue, providers_.find(answer.request.provider));
    GT_ASSIGN(provider::Rows rows, venue->parse(answer));
    if (auto* bars = std::get_if<model::BarBatch>(&rows)) {
      audit.interval = model::to_string(bars->origin.interval);
      GT_RETURN_IF_ERROR(count_bars(std::move(*bars), audit));
    } else {
      count_actions(std::get<model::ActionBatch>(rows), audit);
    }
    return audit;
  }

  Status count_bars(model::BarBatch bars, store::LoadAudit& audit) const {
    audit.rows_fetched = std::ssize(bars.ts_us) + std::ssize(bars.rejected);
    if (bars.tickers.size() == 1) audit.ticker = bars.tickers.front();
    const auto [first, last] = std::ranges::minmax_element(bars.ts_us);
    if (first != bars.ts_us.end()) {
      audit.range_start = from_micros(*first);
      const std::chrono::microseconds length =
          model::is_intraday(bars.origin.interval)
              ? std::chrono::microseconds(model::length(bars.origin.interval))
              : std::chrono::microseconds(std::chrono::days(1));
      audit.range_end = from_micros(*last) + length;
    }
    GT_ASSIGN(const auto lines, quarantined_lines(lake_, audit.load_id));
    std::set<std::uint32_t> refused;
    for (std::uint32_t row = 0; row < bars.size(); ++row) {
      if (lines.contains(bars.line[row])) refused.insert(row);
    }
    const lake::BarLoad load =
        lake::make_bar_load(audit.load_id, audit.observed_at, std::move(bars), refused);
    audit.duplicates_removed = load.duplicates_removed;
    spread(std::ssize(load.accepted), audit);
    return {};
  }

  void count_actions(const model::ActionBatch& batch, store::LoadAudit& audit) const {
    audit.rows_fetched = std::ssize(batch.actions);
    const auto [first, last] =
        std::ranges::minmax_element(batch.actions, {}, &model::CorporateAction::ex_date);
    if (first != batch.actions.end()) {
      audit.range_start = first->ex_date;
      audit.range_end = last->ex_date + std::chrono::days(1);
    }
    const lake::ActionLoad load = lake::make_action_load(audit.load_id, audit.observed_at, batch.actions);
    audit.duplicates_removed = load.duplicates_removed;
    spread(std::ssize(load.actions) - count_of(quarantined_, audit.load_id), audit);
  }

  /// Accepted rows are inserted, updates, or said nothing new; the counts add up to the rows fetched.
  void spread(std::int64_t accepted, store::LoadAudit& audit) const {
    const std::string& id = audit.load_id;
    audit.rows_updated = std::clamp<std::int64_t>(count_of(updated_, id), 0, accepted);
    audit.rows_inserted =
        std::clamp<std::int64_t>(count_of(carried_, id) + count_of(replaced_, id) - count_of(updated_, id), 0,
                                 accepted - audit.rows_updated);
    audit.rows_unchanged = accepted - audit.rows_updated - audit.rows_inserted;
    audit.rows_quarantined = audit.rows_fetched - accepted - audit.duplicates_removed;
  }

  const lake::Lake& lake_;
  const provider::Registry& providers_;
  Counts carried_;      ///< Rows of bronze by the load that they carry.
  Counts replaced_;     ///< Revisions by the load that was replaced.
  Counts updated_;      ///< Revisions by the load that replaced.
  Counts quarantined_;  ///< Refused rows.
  std::map<std::string, std::int64_t> snapshots_;
  std::set<std::string> known_;
  RebuiltAudit report_;
};

}  // namespace

Result<RebuiltAudit> rebuild_audit(const lake::Lake& lake, const provider::Registry& providers) {
  GT_ASSIGN(const auto lock, lake.lock_for_writing("recover"));
  return AuditRebuild(lake, providers).run();
}

}  // namespace goldtape::ingest
