#include "goldtape/ingest/load_commit.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "goldtape/ingest/load_status.h"
#include "goldtape/lake/action_merge.h"
#include "goldtape/lake/bar_merge.h"
#include "goldtape/lake/record_merge.h"
#include "goldtape/table/commit.h"

namespace goldtape::ingest {

namespace {

constexpr int kMaxAttempts = 5;
constexpr std::uint16_t kCommitConflict = 4010;
constexpr std::uint16_t kOutcomeUnknown = 4016;
constexpr std::size_t kMaxIdsInSummary = 20;

struct Merged {
  std::vector<lake::TableChange> changes;
  std::vector<lake::FoldCounts> counts;  ///< One for each load with rows, in their order.
};

Result<Merged> merge_bars(const lake::Lake& lake, const LoadReader& reader, std::vector<PendingLoad>& loads,
                          Timestamp now) {
  lake::BarMergeInput input{.source = {}, .loads = {}, .now = now};
  for (const PendingLoad& load : loads) {
    const auto* bars = std::get_if<lake::BarLoad>(&load.rows);
    if (bars == nullptr) continue;
    input.source = load.audit.source;
    input.interval = bars->bars.origin.interval;
    input.loads.push_back(bars);
  }
  if (input.loads.empty()) return Merged{};
  GT_ASSIGN(lake::BarMerge merge,
            lake::plan_bar_merge(lake, input, [&](std::string_view id) { return reader.bars(id); }));
  return Merged{std::move(merge.changes), std::move(merge.counts)};
}

Result<Merged> merge_actions(const lake::Lake& lake, const LoadReader& reader,
                             std::vector<PendingLoad>& loads, Timestamp now) {
  lake::ActionMergeInput input{.source = {}, .loads = {}, .now = now};
  for (const PendingLoad& load : loads) {
    const auto* actions = std::get_if<lake::ActionLoad>(&load.rows);
    if (actions == nullptr) continue;
    input.source = load.audit.source;
    input.loads.push_back(actions);
  }
  if (input.loads.empty()) return Merged{};
  GT_ASSIGN(lake::ActionMerge merge,
            lake::plan_action_merge(lake, input, [&](std::string_view id) { return reader.actions(id); }));
  return Merged{std::move(merge.changes), std::move(merge.counts)};
}

Result<Merged> merge_records(const lake::Lake& lake, const LoadReader& reader,
                             std::vector<PendingLoad>& loads, Timestamp now) {
  lake::RecordMergeInput input{.source = {}, .dataset = {}, .loads = {}, .now = now};
  for (const PendingLoad& load : loads) {
    const auto* records = std::get_if<lake::RecordLoad>(&load.rows);
    if (records == nullptr) continue;
    input.source = load.audit.source;
    input.dataset = load.audit.dataset;
    input.loads.push_back(records);
  }
  GT_ASSIGN(lake::RecordMerge merge,
            lake::plan_record_merge(lake, input, [&](std::string_view id) { return reader.records(id); }));
  return Merged{std::move(merge.changes), std::move(merge.counts)};
}

template <typename Load>
bool has(const std::vector<PendingLoad>& loads) {
  return std::ranges::any_of(loads,
                             [](const PendingLoad& load) { return std::holds_alternative<Load>(load.rows); });
}

Result<Merged> merge(const lake::Lake& lake, const LoadReader& reader, std::vector<PendingLoad>& loads,
                     Timestamp now) {
  if (has<lake::BarLoad>(loads)) return merge_bars(lake, reader, loads, now);
  if (has<lake::RecordLoad>(loads)) return merge_records(lake, reader, loads, now);
  return merge_actions(lake, reader, loads, now);
}

table::TableName table_of(const PendingLoad& load) {
  if (const auto* records = std::get_if<lake::RecordLoad>(&load.rows)) {
    const std::string& name = records->records.table;
    return {"bronze", name.substr(name.find('.') + 1)};
  }
  return {"bronze", std::holds_alternative<lake::BarLoad>(load.rows) ? "bars" : "corporate_actions"};
}

void fill_in(std::vector<PendingLoad>& loads, const std::vector<lake::FoldCounts>& counts, Timestamp now) {
  std::size_t next = 0;
  for (PendingLoad& load : loads) {
    load.audit.finished_at = now;
    if (std::holds_alternative<std::monostate>(load.rows)) continue;
    const lake::FoldCounts& mine = counts[next++];
    load.audit.rows_inserted = mine.inserted;
    load.audit.rows_updated = mine.updated;
    load.audit.rows_unchanged = mine.unchanged;
    load.audit.status = mine.inserted + mine.updated > 0 ? load_status::kLoaded : load_status::kUnchanged;
  }
}

table::Summary summary_of(const std::string& run_id, const std::vector<PendingLoad>& loads) {
  table::Summary summary{{"goldtape.run-id", run_id}, {"goldtape.loads", std::to_string(loads.size())}};
  std::string ids;
  for (std::size_t i = 0; i < std::min(loads.size(), kMaxIdsInSummary); ++i) {
    ids += (i == 0 ? "" : ",") + loads[i].audit.load_id;
  }
  summary[table::summary_key::kLoadId] = ids;
  return summary;
}

Status write_ops(store::Transaction& transaction, const table::CommitResult& result,
                 std::vector<PendingLoad>& loads) {
  for (PendingLoad& load : loads) {
    if (load.audit.status == load_status::kLoaded) {
      load.audit.snapshot_id = result.snapshot_id(table_of(load));
    }
    GT_RETURN_IF_ERROR(store::put_load(transaction, load.audit));
    for (store::QualityResult& outcome : load.quality) outcome.snapshot_id = load.audit.snapshot_id;
    GT_RETURN_IF_ERROR(store::add_quality_results(transaction, load.quality));
  }
  return {};
}

Result<std::vector<lake::TableChange>> quarantine_changes(const lake::Lake& lake,
                                                          const std::vector<PendingLoad>& loads,
                                                          Timestamp now) {
  std::vector<QuarantineRow> rows;
  std::vector<std::string> replaced;
  for (const PendingLoad& load : loads) {
    rows.insert(rows.end(), load.quarantine.begin(), load.quarantine.end());
    if (load.replaces_quarantine) replaced.push_back(load.audit.load_id);
  }
  return plan_quarantine(lake, rows, replaced, now);
}

Result<bool> try_commit(const lake::Lake& lake, const LoadReader& reader, const std::string& run_id,
                        std::vector<PendingLoad>& loads) {
  const Timestamp now = lake.clock().now();
  GT_ASSIGN(Merged merged, merge(lake, reader, loads, now));
  auto quarantine = quarantine_changes(lake, loads, now);
  if (!quarantine) {
    lake::discard(merged.changes);
    return std::unexpected(quarantine.error());
  }
  std::ranges::move(*quarantine, std::back_inserter(merged.changes));
  fill_in(loads, merged.counts, now);
  table::Commit commit(lake.catalog(), {.patience = std::chrono::milliseconds(0)});
  lake::add_to(commit, merged.changes, summary_of(run_id, loads));
  commit.with_ops([&](store::Transaction& transaction, const table::CommitResult& result) {
    return write_ops(transaction, result, loads);
  });
  const auto done = commit.run();
  if (!done) {
    if (done.error().code != kOutcomeUnknown) lake::discard(merged.changes);
    return std::unexpected(done.error());
  }
  return std::ranges::any_of(merged.changes, [](const auto& change) { return !change.rewrite.empty(); });
}

}  // namespace

Result<bool> commit_loads(const lake::Lake& lake, const LoadReader& reader, const std::string& run_id,
                          std::vector<PendingLoad>& loads) {
  for (int attempt = 1;; ++attempt) {
    auto done = try_commit(lake, reader, run_id, loads);
    const bool again = !done && done.error().code == kCommitConflict && attempt < kMaxAttempts;
    if (!again) return done;
  }
}

}  // namespace goldtape::ingest
