#include "goldtape/lake/refine.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/base/hash.h"
#include "goldtape/lake/affected_groups.h"
#include "goldtape/lake/foreign.h"
#include "goldtape/lake/quality_records.h"
#include "goldtape/lake/refine_internal.h"
#include "goldtape/lake/snapshot_diff.h"
#include "goldtape/lake/step_state.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

using model::Interval;
using reference::SecurityMaster;

constexpr const char* kStep = "refine";
/// Raised when the same bronze would give other silver rows than before.
constexpr int kRefineVersion = 1;

constexpr const char* kBars = "bronze.bars";
constexpr const char* kBronzeActions = "bronze.corporate_actions";
constexpr const char* kMinutes = "silver.bars_1m";
constexpr const char* kDays = "silver.bars_1d";
constexpr const char* kCoverage = "silver.coverage";
constexpr const char* kSecurities = "reference.securities";
constexpr const char* kHistory = "reference.ticker_history";
constexpr const char* kActions = "reference.corporate_actions";
constexpr const char* kQuarantine = "quarantine.rows";
constexpr std::array kOutputs{kMinutes, kDays, kCoverage, kSecurities, kHistory, kActions};

/// What silver depends on besides bronze.
std::string settings_of(const PipelineOptions& options) {
  const quality::Thresholds& limits = options.quality.thresholds;
  std::string severities;
  for (const auto& [rule, severity] : options.quality.severities) {
    severities += fmt::format("{}={},", rule, to_string(severity));
  }
  return sha256_hex(fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", kRefineVersion,
                                fmt::join(options.preferred_sources, ","), limits.liquid_min_share,
                                limits.hole_min_tickers, limits.hole_min_share, limits.ohlc_tolerance,
                                severities, static_cast<int>(options.on_critical)));
}

/// Replaces all rows of a small table.
Result<TableChange> replace_all(const table::Table& table, const std::shared_ptr<arrow::Table>& rows) {
  TableChange change{.table = table, .rewrite = {}, .planned_from = {}};
  GT_ASSIGN(const auto plan, table::plan_scan(table, {}));
  for (const table::ScanTask& task : plan.tasks) change.rewrite.removed.push_back(task.file);
  if (rows->num_rows() == 0) return change;
  table::DataWriter writer(table, {});
  auto files = writer.write(rows);
  if (!files) {
    writer.discard();
    return std::unexpected(files.error());
  }
  change.rewrite.added = *std::move(files);
  return change;
}

class Refiner {
 public:
  Refiner(const Lake& lake, const PipelineOptions& options) : lake_(lake), options_(options) {}

  Result<RefineReport> run() {
    now_ = lake_.clock().now();
    GT_RETURN_IF_ERROR(load_tables());
    GT_ASSIGN(const auto last, read_step_state(lake_.database(), kStep));
    settings_ = settings_of(options_);
    if (last) note_ended_sessions(*last);
    if (last && *last == state_now(last->open_sessions) && ended_.empty()) {
      report_.up_to_date = true;
      GT_RETURN_IF_ERROR(count_securities());
      return finish();
    }
    const Status status = refine_changes(last);
    if (!status) {
      discard(out_.changes);
      if (status.error().kind == ErrorKind::kGateFailed) GT_RETURN_IF_ERROR(record_failure());
      return std::unexpected(status.error());
    }
    return finish();
  }

 private:
  Status load_tables() {
    for (const char* name :
         {kBars, kBronzeActions, kMinutes, kDays, kCoverage, kSecurities, kHistory, kActions, kQuarantine}) {
      GT_ASSIGN(auto table, lake_.catalog().load(name));
      tables_.emplace(name, std::move(table));
    }
    return {};
  }

  [[nodiscard]] const table::Table& table(const char* name) const { return tables_.at(name); }
  [[nodiscard]] std::optional<std::int64_t> snapshot(const char* name) const {
    return table(name).current_snapshot_id();
  }

  [[nodiscard]] StepState state_now(std::set<Date> open_sessions) const {
    StepState state{.inputs = {},
                    .outputs = {},
                    .settings = settings_,
                    .open_sessions = std::move(open_sessions),
                    .facts = {}};
    for (const char* name : {kBars, kBronzeActions}) state.inputs[name] = snapshot(name);
    for (const char* name : kOutputs) state.outputs[name] = snapshot(name);
    return state;
  }

  void note_ended_sessions(const StepState& last) {
    for (Date date : last.open_sessions) {
      const calendar::Session* session = options_.calendar->find_session(date);
      if (!session || session->close <= now_) ended_.insert(date);
    }
  }

  Status count_securities() {
    GT_ASSIGN(report_.securities, table::count_rows(table(kSecurities)));
    return {};
  }

  Status refine_changes(const std::optional<StepState>& last) {
    GT_RETURN_IF_ERROR(read_known());
    GT_RETURN_IF_ERROR(find_changes(last));
    GT_RETURN_IF_ERROR(update_master());
    GT_RETURN_IF_ERROR(prepare_actions());
    const AffectedGroups affected = affected_groups({.changed = &changed_,
                                                     .known = &out_.coverage,
                                                     .master = &master_,
                                                     .old_actions = &old_actions_,
                                                     .new_actions = &in_.actions,
                                                     .everything = everything_,
                                                     .sessions_ended = ended_});
    report_.minute_groups = std::ssize(affected.minutes);
    report_.day_groups = std::ssize(affected.days);
    GT_RETURN_IF_ERROR(internal::refine_minutes(in_, table(kMinutes), affected.minutes, out_));
    GT_RETURN_IF_ERROR(
        internal::refine_days(in_, table(kDays), affected.days, affected.day_securities, out_));
    GT_RETURN_IF_ERROR(plan_reference());
    GT_RETURN_IF_ERROR(plan_coverage());
    GT_RETURN_IF_ERROR(plan_quarantine(affected));
    return commit();
  }

  /// What silver and reference hold now.
  Status read_known() {
    GT_ASSIGN(auto coverage, table::read(table(kCoverage)));
    GT_ASSIGN(old_coverage_, coverage_from_arrow(*coverage));
    out_.coverage = known_groups(old_coverage_);
    GT_ASSIGN(auto securities, table::read(table(kSecurities)));
    GT_ASSIGN(old_securities_, securities_from_arrow(*securities));
    GT_ASSIGN(auto history, table::read(table(kHistory)));
    GT_ASSIGN(old_history_, history_from_arrow(*history));
    GT_ASSIGN(auto actions, table::read(table(kActions)));
    GT_ASSIGN(old_actions_, actions_from_arrow(*actions));
    return {};
  }

  /// From the last refine's snapshot if silver still is what that left behind; else from the beginning.
  Status find_changes(const std::optional<StepState>& last) {
    const StepState now = state_now({});
    everything_ = !last || last->outputs != now.outputs || last->settings != now.settings;
    const auto to = snapshot(kBars);
    std::optional<std::int64_t> from;
    if (!everything_) {
      if (auto known = last->inputs.find(kBars); known != last->inputs.end()) from = known->second;
    }
    options_.report("find changes", 0, 1);
    auto changed = changed_bronze_groups(table(kBars), from, to);
    if (!changed && from) {
      // The old snapshot or its files have expired: compare with nothing instead.
      everything_ = true;
      changed = changed_bronze_groups(table(kBars), std::nullopt, to);
    }
    if (!changed) return std::unexpected(changed.error());
    changed_ = *std::move(changed);
    if (everything_) note_groups_gone();
    GT_ASSIGN(still_there_, groups_with_rows(table(kBars), to, changed_.removed));
    return {};
  }

  /// Groups of silver that the whole of bronze does not have.
  void note_groups_gone() {
    for (const auto& [key, counts] : out_.coverage) {
      BronzeKey group{std::string{to_string(key.interval)}, counts.ticker, key.date};
      if (!changed_.present.contains(group)) changed_.removed.insert(std::move(group));
    }
  }

  Status update_master() {
    GT_ASSIGN(auto rows, table::read(table(kBronzeActions)));
    GT_ASSIGN(auto all, bronze_actions_from_arrow(*rows));
    bronze_actions_ = preferred_actions(std::move(all), options_.preferred_sources);
    std::vector<model::CorporateAction> actions;
    for (const SourcedAction& sourced : bronze_actions_) actions.push_back(sourced.action);
    GT_ASSIGN(master_, SecurityMaster::restore(old_securities_, old_history_));
    const auto seen = observations(out_.coverage, changed_, still_there_);
    for (reference::MasterWarning& warning : master_.update(seen, actions)) {
      report_.warnings.push_back(std::move(warning.message));
    }
    report_.securities = std::ssize(master_.securities());
    report_.new_securities = report_.securities - std::ssize(old_securities_);
    return {};
  }

  Status prepare_actions() {
    in_.options = &options_;
    in_.now = now_;
    in_.master = &master_;
    in_.bronze = {.bars = &table(kBars),
                  .snapshot_id = snapshot(kBars),
                  .master = &master_,
                  .preferred_sources = options_.preferred_sources,
                  .names = &names_,
                  .loads = &loads_};
    in_.actions = resolve_actions(bronze_actions_, master_, report_.actions_unresolved);
    std::map<std::int64_t, std::vector<reference::Adjustment>> splits;
    for (SecurityAction& action : in_.actions) {
      keep_factor(action);
      if (reference::is_split(action.type)) {
        splits[action.security_id].push_back({.ex_date = action.ex_date,
                                              .type = action.type,
                                              .value = action.value,
                                              .known_at = action.known_at});
      }
    }
    for (const auto& [id, actions] : splits)
      in_.splits[id] = reference::FactorSchedule(actions, {}, Timestamp::max());
    return {};
  }

  void keep_factor(SecurityAction& action) const {
    for (const SecurityAction& old : old_actions_) {
      if (old.security_id == action.security_id && old.ex_date == action.ex_date && old.type == action.type &&
          old.new_security_id == action.new_security_id && old.value == action.value) {
        action.adjustment_factor = old.adjustment_factor;
      }
    }
  }

  template <typename Row>
  Status plan_table(const char* name, const std::vector<Row>& before, const std::vector<Row>& after) {
    if (before == after) return {};
    GT_ASSIGN(auto rows, to_arrow(after));
    GT_ASSIGN(auto change, replace_all(table(name), rows));
    out_.changes.push_back(std::move(change));
    return {};
  }

  Status plan_reference() {
    const std::vector<reference::Security> securities(master_.securities().begin(),
                                                      master_.securities().end());
    const std::vector<reference::TickerInterval> history(master_.history().begin(), master_.history().end());
    GT_RETURN_IF_ERROR(plan_table(kSecurities, old_securities_, securities));
    GT_RETURN_IF_ERROR(plan_table(kHistory, old_history_, history));
    return plan_table(kActions, old_actions_, in_.actions);
  }

  using CoveragePart = std::pair<Interval, std::chrono::year>;
  static CoveragePart part_of(const CoverageRow& row) {
    return {row.key.interval, std::chrono::year_month_day{row.key.date}.year()};
  }

  /// Only the (interval, year)s in which a row differs are written.
  Status plan_coverage() {
    std::map<CoveragePart, std::pair<std::vector<CoverageRow>, std::vector<CoverageRow>>> parts;
    for (CoverageRow& row : old_coverage_) parts[part_of(row)].first.push_back(std::move(row));
    for (CoverageRow& row : coverage_rows(out_.coverage, master_, *options_.calendar)) {
      parts[part_of(row)].second.push_back(std::move(row));
    }
    TableChange change{.table = table(kCoverage), .rewrite = {}, .planned_from = {}};
    table::DataWriter writer(table(kCoverage), {});
    for (auto& [part, rows] : parts) {
      auto& [before, after] = rows;
      std::ranges::sort(before, {}, &CoverageRow::key);
      if (std::ranges::equal(before, after, same_as_stored)) continue;
      if (const Status status = plan_coverage_part(part, after, writer, change.rewrite); !status) {
        writer.discard();
        return status;
      }
    }
    change.rewrite.added = writer.files();
    if (!change.rewrite.empty()) out_.changes.push_back(std::move(change));
    return {};
  }

  /// The number of halted minutes is not stored.
  static bool same_as_stored(const CoverageRow& a, const CoverageRow& b) {
    CoverageRow c = b;
    c.counts.halted = a.counts.halted;
    return a == c;
  }

  Status plan_coverage_part(const CoveragePart& part, const std::vector<CoverageRow>& rows,
                            table::DataWriter& writer, table::Rewrite& rewrite) {
    const auto& [interval, year] = part;
    GT_ASSIGN(const auto plan,
              table::plan_scan(table(kCoverage),
                               {.filter = table::equal_to("interval", table::literal(to_string(interval))) &&
                                          table::greater_equal("date", table::literal(Date{year / 1 / 1})) &&
                                          table::less_equal("date", table::literal(Date{year / 12 / 31}))}));
    for (const table::ScanTask& task : plan.tasks) rewrite.removed.push_back(task.file);
    if (rows.empty()) return {};
    GT_ASSIGN(auto arrow_rows, to_arrow(rows));
    GT_RETURN_IF_ERROR(writer.write(arrow_rows));
    return {};
  }

  Status plan_quarantine(const AffectedGroups& affected) {
    report_.rows_quarantined = std::ssize(out_.refusals);
    std::set<CoverageKey> groups;
    for (const SilverKey& key : affected.minutes) groups.insert({Interval::k1m, key.security_id, key.date});
    for (const SilverKey& key : affected.days) groups.insert({Interval::k1d, key.security_id, key.date});
    GT_ASSIGN(auto change,
              internal::plan_silver_quarantine(in_, table(kQuarantine), groups, out_.refusals, loads_));
    if (change) out_.changes.push_back(*std::move(change));
    return {};
  }

  [[nodiscard]] std::set<Date> open_sessions() const {
    std::set<Date> open;
    for (const auto& [key, counts] : out_.coverage) {
      const calendar::Session* session = options_.calendar->find_session(key.date);
      if (key.interval == Interval::k1m && session && session->close > now_) open.insert(key.date);
    }
    return open;
  }

  Status record(store::Transaction& transaction, const table::CommitResult& result) {
    StepState state = state_now(open_sessions());
    for (auto& [name, id] : state.outputs) {
      GT_ASSIGN(const auto parsed, table::TableName::parse(name));
      for (const table::CommittedTable& committed : result.tables) {
        if (committed.table.name() == parsed) id = committed.table.current_snapshot_id();
      }
      if (auto made = result.snapshot_id(parsed)) report_.snapshots[name] = *made;
    }
    auto rows = quality_records(out_.reports, options_.run_id, now_);
    for (store::QualityResult& row : rows) {
      if (auto id = state.outputs.find(row.table); id != state.outputs.end()) row.snapshot_id = id->second;
    }
    GT_RETURN_IF_ERROR(store::add_quality_results(transaction, rows));
    return write_step_state(transaction, kStep, state);
  }

  Status commit() {
    options_.report("commit", 0, 1);
    report_.rows_written = out_.rows_written;
    if (std::ranges::all_of(out_.changes, [](const TableChange& change) { return change.rewrite.empty(); })) {
      GT_ASSIGN(auto transaction, lake_.database().begin());
      GT_RETURN_IF_ERROR(record(transaction, {}));
      return transaction.commit();
    }
    table::Summary summary{{refine_key::kRunId, options_.run_id}};
    if (auto id = snapshot(kBars)) summary[refine_key::kBarsSnapshot] = std::to_string(*id);
    if (auto id = snapshot(kBronzeActions)) summary[refine_key::kActionsSnapshot] = std::to_string(*id);
    table::Commit commit(lake_.catalog());
    add_to(commit, out_.changes, summary);
    commit.with_ops([this](store::Transaction& transaction, const table::CommitResult& result) {
      return record(transaction, result);
    });
    GT_RETURN_IF_ERROR(commit.run());
    return {};
  }

  Status record_failure() {
    GT_ASSIGN(auto transaction, lake_.database().begin());
    GT_RETURN_IF_ERROR(
        store::add_quality_results(transaction, quality_records(out_.reports, options_.run_id, now_)));
    return transaction.commit();
  }

  RefineReport finish() {
    report_.quality = std::move(out_.reports);
    report_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(lake_.clock().now() - now_);
    return std::move(report_);
  }

  const Lake& lake_;
  const PipelineOptions& options_;
  Timestamp now_{};
  std::string settings_;
  std::map<std::string, table::Table> tables_;
  std::set<Date> ended_;  ///< Sessions that were open at the last refine and are not any more.
  bool everything_ = false;
  ChangedGroups changed_;
  std::set<BronzeKey> still_there_;
  std::vector<CoverageRow> old_coverage_;
  std::vector<reference::Security> old_securities_;
  std::vector<reference::TickerInterval> old_history_;
  std::vector<SecurityAction> old_actions_;
  std::vector<SourcedAction> bronze_actions_;
  SecurityMaster master_;
  SilverNames names_;
  Names loads_;
  internal::RefineInputs in_;
  internal::RefineOutputs out_;
  RefineReport report_;
};

}  // namespace

Result<RefineReport> refine(const Lake& lake, const PipelineOptions& options) {
  GT_ASSIGN(const WriterLock lock, lake.lock_for_writing("refine"));
  GT_RETURN_IF_ERROR(gate_foreign_commits(lake, options));
  return Refiner(lake, options).run();
}

}  // namespace goldtape::lake
