#include "goldtape/lake/foreign.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/lake/quality_records.h"
#include "goldtape/lake/quality_run.h"
#include "goldtape/lake/snapshot_diff.h"
#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/model/table_def.h"
#include "goldtape/quality/gate.h"
#include "goldtape/store/load_audit.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/writer_mark.h"

namespace goldtape::lake {

namespace {

constexpr const char* kRefused = "refused";
constexpr const char* kLoaded = "loaded";

/// Tables whose rows have a suite.
constexpr std::array kChecked{"bronze.bars", "bronze.corporate_actions", "silver.bars_1m", "silver.bars_1d"};

bool is_ours(const table::Snapshot& snapshot) {
  const auto writer = snapshot.summary.find(table::summary_key::kWriter);
  if (writer != snapshot.summary.end()) return writer->second == table::summary_key::kWriterName;
  // What was written before snapshots named their writer.
  return std::ranges::any_of(snapshot.summary,
                             [](const auto& entry) { return entry.first.starts_with("goldtape."); });
}

std::string program_of(const table::Summary& summary) {
  for (const char* key : {"engine-name", table::summary_key::kWriter}) {
    if (const auto at = summary.find(key); at != summary.end()) return at->second;
  }
  if (summary.contains("spark.app.id")) return "Spark";
  if (summary.contains("trino_query_id")) return "Trino";
  return "another program";
}

std::int64_t count_in(const table::Summary& summary, const char* key) {
  const auto at = summary.find(key);
  std::int64_t count = 0;
  if (at != summary.end()) std::from_chars(at->second.data(), at->second.data() + at->second.size(), count);
  return count;
}

ForeignCommit commit_of(const std::string& table, const table::Snapshot& snapshot) {
  return {.table = table,
          .snapshot_id = snapshot.snapshot_id,
          .parent_id = snapshot.parent_snapshot_id,
          .at = from_micros(snapshot.timestamp_ms * 1000),
          .operation = snapshot.operation,
          .by = program_of(snapshot.summary),
          .rows_added = count_in(snapshot.summary, table::summary_key::kAddedRecords),
          .rows_deleted = count_in(snapshot.summary, table::summary_key::kDeletedRecords)};
}

std::string audit_id(const ForeignCommit& commit) {
  return sha256_hex(fmt::format("foreign|{}|{}", commit.table, commit.snapshot_id));
}

class Examination {
 public:
  Examination(const Lake& lake, const PipelineOptions& options) : lake_(lake), options_(options) {}

  Result<ForeignReport> run() {
    now_ = lake_.clock().now();
    for (const model::TableDef& def : model::tables()) GT_RETURN_IF_ERROR(look_at(def.qualified_name()));
    if (report_.commits.empty()) return std::move(report_);
    GT_RETURN_IF_ERROR(check());
    if (!lake_.read_only()) GT_RETURN_IF_ERROR(record());
    return std::move(report_);
  }

 private:
  Status look_at(const std::string& name) {
    GT_ASSIGN(const table::TableName parsed, table::TableName::parse(name));
    GT_ASSIGN(const bool there, lake_.catalog().exists(parsed));
    if (!there) return {};
    GT_ASSIGN(const table::Table table, lake_.catalog().load(parsed));
    std::optional<std::optional<std::int64_t>> before;  // What the oldest of them was based on.
    for (const table::Snapshot& snapshot : table.history()) {
      if (is_ours(snapshot)) continue;
      ForeignCommit commit = commit_of(name, snapshot);
      GT_ASSIGN(const auto known, store::find_load(lake_.database(), audit_id(commit)));
      if (known && known->status != kRefused) continue;
      if (!before) before = commit.parent_id;
      report_.commits.push_back(std::move(commit));
    }
    const bool checked = std::ranges::find(kChecked, name) != kChecked.end();
    if (before && checked) return add_dates(name, table, *before);
    return {};
  }

  /// The dates of the rows that went or came since a snapshot.
  Status add_dates(const std::string& name, const table::Table& table, std::optional<std::int64_t> from) {
    std::set<Date>& dates = dates_[name];
    const char* column = name == "bronze.corporate_actions" ? "ex_date" : "date";
    // A parent that has expired cannot be compared with: then all rows are new.
    if (from && table.metadata().find_snapshot(*from) == nullptr) from.reset();
    GT_ASSIGN(SnapshotDiff diff, diff_snapshots(table, from, table.current_snapshot_id(), {column}));
    for (table::ScanPlan* plan : {&diff.removed, &diff.added}) {
      if (plan->tasks.empty()) continue;
      GT_ASSIGN(const auto reader, table::open_reader(table, std::move(*plan)));
      std::shared_ptr<arrow::RecordBatch> batch;
      while (true) {
        const arrow::Status status = reader->ReadNext(&batch);
        if (!status.ok()) return fail(ErrorKind::kDamaged, 4025, status.message(), name);
        if (!batch) break;
        internal::ColumnReader in(*batch);
        const auto* date = in.get<arrow::Date32Array>(column);
        if (!in.missing().empty()) return internal::damaged(name.c_str(), in.missing());
        for (std::int64_t i = 0; i < batch->num_rows(); ++i) dates.insert(from_days(date->Value(i)));
      }
    }
    return {};
  }

  Status check() {
    GT_ASSIGN(report_.reports, check_rows(lake_, options_, dates_));
    for (const quality::Report& report : report_.reports) {
      const quality::Decision decision = quality::decide(report);
      if (decision.pass) continue;
      failures_[report.table] = decision.failure.message;
      if (!report_.failure) report_.failure = failure_of(report.table, decision.failure.message);
    }
    return {};
  }

  [[nodiscard]] Error failure_of(const std::string& table, const std::string& why) const {
    const auto commit = std::ranges::find(report_.commits, table, &ForeignCommit::table);
    const std::string back =
        commit->parent_id ? fmt::format("`goldtape rollback {} {}` takes it back", table, *commit->parent_id)
                          : std::string("delete those rows with the program that wrote them");
    return {
        .kind = ErrorKind::kGateFailed,
        .code = 4210,
        .message = fmt::format("{} changed {} past the gates (snapshot {}, {} at {}), and the rows do not "
                               "pass: {}. Nothing is promoted until they do: mend them, or {}",
                               commit->by, table, commit->snapshot_id, commit->operation,
                               format_timestamp(commit->at), why, back),
        .where = table};
  }

  Status record() {
    GT_ASSIGN(auto transaction, lake_.database().begin());
    for (const ForeignCommit& commit : report_.commits)
      GT_RETURN_IF_ERROR(store::put_load(transaction, audit_row(commit)));
    auto rows = quality_records(report_.reports, options_.run_id, now_);
    for (store::QualityResult& row : rows) {
      const auto commit = std::ranges::find(report_.commits, row.table, &ForeignCommit::table);
      row.snapshot_id = commit->snapshot_id;
      row.load_id = audit_id(*commit);
    }
    GT_RETURN_IF_ERROR(store::add_quality_results(transaction, rows));
    return transaction.commit();
  }

  [[nodiscard]] store::LoadAudit audit_row(const ForeignCommit& commit) const {
    const auto failed = failures_.find(commit.table);
    store::LoadAudit row;
    row.load_id = audit_id(commit);
    row.run_id = options_.run_id;
    row.source = kForeignSource;
    row.dataset = commit.table;
    row.ticker = "_many";
    row.requested_at = row.observed_at = commit.at;
    row.finished_at = now_;
    row.status = failed == failures_.end() ? kLoaded : kRefused;
    row.rows_fetched = row.rows_inserted = commit.rows_added;
    row.attempts = 0;
    row.error = failed == failures_.end() ? std::string{} : failed->second;
    row.snapshot_id = commit.snapshot_id;
    row.request = fmt::format(R"({{"table":"{}","snapshot_id":{},"operation":"{}","rows_deleted":{}}})",
                              commit.table, commit.snapshot_id, commit.operation, commit.rows_deleted);
    return row;
  }

  const Lake& lake_;
  const PipelineOptions& options_;
  Timestamp now_{};
  std::map<std::string, std::set<Date>> dates_;
  std::map<std::string, std::string> failures_;  ///< By table.
  ForeignReport report_;
};

}  // namespace

Result<ForeignReport> examine_foreign_commits(const Lake& lake, const PipelineOptions& options) {
  return Examination(lake, options).run();
}

Status gate_foreign_commits(const Lake& lake, const PipelineOptions& options) {
  GT_ASSIGN(const ForeignReport report, examine_foreign_commits(lake, options));
  if (report.failure) return std::unexpected<Error>(*report.failure);
  return {};
}

}  // namespace goldtape::lake
