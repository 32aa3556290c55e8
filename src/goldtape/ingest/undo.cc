#include "goldtape/ingest/undo.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "goldtape/ingest/audit.h"
#include "goldtape/ingest/load_reader.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/quarantine.h"
#include "goldtape/lake/action_merge.h"
#include "goldtape/lake/bar_merge.h"
#include "goldtape/lake/record_merge.h"
#include "goldtape/table/commit.h"

namespace goldtape::ingest {

namespace {

struct Withdrawal {
  std::vector<lake::TableChange> changes;
  std::int64_t rows_restored = 0;
};

Result<Withdrawal> plan_withdrawal(const lake::Lake& lake, const LoadReader& reader,
                                   const store::LoadAudit& load) {
  if (load.dataset == "actions") {
    GT_ASSIGN(const lake::ActionLoad withdrawn, reader.actions(load.load_id));
    GT_ASSIGN(
        lake::ActionMerge merge,
        lake::plan_action_merge(
            lake, {.source = load.source, .loads = {}, .withdrawn = &withdrawn, .now = lake.clock().now()},
            [&](std::string_view id) { return reader.actions(id); }));
    return Withdrawal{std::move(merge.changes), 0};
  }
  if (load.dataset != "bars") {
    GT_ASSIGN(const lake::RecordLoad withdrawn, reader.records(load.load_id));
    GT_ASSIGN(lake::RecordMerge merge,
              lake::plan_record_merge(lake,
                                      {.source = load.source,
                                       .dataset = load.dataset,
                                       .loads = {},
                                       .withdrawn = &withdrawn,
                                       .now = lake.clock().now()},
                                      [&](std::string_view id) { return reader.records(id); }));
    return Withdrawal{std::move(merge.changes), 0};
  }
  GT_ASSIGN(const lake::BarLoad withdrawn, reader.bars(load.load_id));
  lake::BarMergeInput input{
      .source = load.source, .loads = {}, .withdrawn = &withdrawn, .now = lake.clock().now()};
  GT_ASSIGN(input.interval, model::parse_interval(load.interval));
  GT_ASSIGN(lake::BarMerge merge,
            lake::plan_bar_merge(lake, input, [&](std::string_view id) { return reader.bars(id); }));
  return Withdrawal{std::move(merge.changes), merge.rows_written};
}

Status commit_withdrawal(const lake::Lake& lake, std::vector<lake::TableChange>& changes,
                         const store::LoadAudit& load) {
  if (load.rows_quarantined > 0) {
    auto emptied = plan_quarantine(lake, {}, {load.load_id}, lake.clock().now());
    if (!emptied) {
      lake::discard(changes);
      return std::unexpected(emptied.error());
    }
    std::ranges::move(*emptied, std::back_inserter(changes));
  }
  table::Commit commit(lake.catalog());
  lake::add_to(commit, changes, {{table::summary_key::kLoadId, load.load_id}, {"goldtape.undo", "true"}});
  commit.with_ops([&](store::Transaction& transaction, const table::CommitResult&) {
    return store::put_load(transaction, load);
  });
  const auto done = commit.run();
  if (done) return {};
  constexpr std::uint16_t kOutcomeUnknown = 4016;
  if (done.error().code != kOutcomeUnknown) lake::discard(changes);
  return std::unexpected(done.error());
}

}  // namespace

Result<UndoReport> undo(const lake::Lake& lake, const provider::Registry& providers,
                        const std::string& load_id) {
  GT_ASSIGN(const lake::WriterLock lock, lake.lock_for_writing("undo"));
  GT_ASSIGN(store::LoadAudit load, find_load(lake, load_id));
  if (!stands(load.status)) {
    return fail(ErrorKind::kUsage, 5042,
                fmt::format("load {} is {}: nothing of it is in bronze", load.load_id, load.status),
                load.raw_path);
  }
  const LoadReader reader(lake, providers);
  GT_ASSIGN(Withdrawal withdrawal, plan_withdrawal(lake, reader, load));
  load.status = load_status::kUndone;
  load.finished_at = lake.clock().now();
  UndoReport report{.load = load, .rows_restored = withdrawal.rows_restored};
  report.changed_bronze = !withdrawal.changes.empty();
  GT_RETURN_IF_ERROR(commit_withdrawal(lake, withdrawal.changes, load));
  return report;
}

}  // namespace goldtape::ingest
