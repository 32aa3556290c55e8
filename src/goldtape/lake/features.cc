#include "goldtape/lake/features.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/feature/registry.h"
#include "goldtape/lake/feature_build_internal.h"
#include "goldtape/lake/foreign.h"
#include "goldtape/lake/lake_tables.h"
#include "goldtape/lake/reference_rows.h"
#include "goldtape/lake/snapshot_diff.h"
#include "goldtape/lake/step_state.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

constexpr const char* kStep = "features";
/// Raised when the same silver would give other gold rows than before.
constexpr int kFeaturesVersion = 1;
constexpr const char* kMinutes = "silver.bars_1m";
constexpr const char* kDays = "silver.bars_1d";
constexpr const char* kActions = "reference.corporate_actions";
constexpr std::array kOutputs{"gold.features_1m", "gold.features_1d", "gold.volatility_by_hour",
                              "gold.liquidity", "gold.daily_summary"};

std::string settings_hash() {
  std::string names;
  for (const feature::FeatureSpec& spec : feature::features()) names += std::string{spec.name} + ",";
  return sha256_hex(fmt::format("{}|{}", kFeaturesVersion, names));
}

class GoldBuilder {
 public:
  GoldBuilder(const Lake& lake, const PipelineOptions& options) : lake_(lake), options_(options) {}

  Result<FeaturesReport> run() {
    const Timestamp start = lake_.clock().now();
    GT_RETURN_IF_ERROR(create_missing_tables(lake_.catalog()));
    for (const char* name : {kMinutes, kDays, kActions}) GT_RETURN_IF_ERROR(load(name));
    for (const char* name : kOutputs) GT_RETURN_IF_ERROR(load(name));
    GT_RETURN_IF_ERROR(read_splits(calendar_today(start)));
    GT_ASSIGN(const auto last, read_step_state(lake_.database(), kStep));
    if (last && *last == state_now()) {
      report_.up_to_date = true;
    } else if (const Status status = build(last); !status) {
      discard(out_.changes);
      return std::unexpected(status.error());
    }
    report_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(lake_.clock().now() - start);
    return std::move(report_);
  }

 private:
  Status load(const char* name) {
    GT_ASSIGN(auto table, lake_.catalog().load(name));
    tables_.emplace(name, std::move(table));
    return {};
  }
  [[nodiscard]] Date calendar_today(Timestamp now) const { return options_.calendar->local_date(now); }

  [[nodiscard]] StepState state_now() const {
    StepState state{
        .inputs = {}, .outputs = {}, .settings = settings_hash(), .open_sessions = {}, .facts = facts_};
    for (const char* name : {kMinutes, kDays}) state.inputs[name] = tables_.at(name).current_snapshot_id();
    for (const char* name : kOutputs) state.outputs[name] = tables_.at(name).current_snapshot_id();
    return state;
  }

  /// Splits that are in force: minutes carry no factors of their own.
  Status read_splits(Date today) {
    GT_ASSIGN(auto rows, table::read(tables_.at(kActions)));
    GT_ASSIGN(const auto actions, actions_from_arrow(*rows));
    std::map<std::int64_t, std::vector<reference::Adjustment>> splits;
    for (const SecurityAction& action : actions) {
      if (!reference::is_split(action.type) || action.ex_date > today) continue;
      splits[action.security_id].push_back(
          {.ex_date = action.ex_date, .type = action.type, .value = action.value});
      facts_[std::to_string(action.security_id)] +=
          fmt::format("{} {} {};", format_date(action.ex_date), to_string(action.type), action.value);
    }
    for (const auto& [id, list] : splits) splits_[id] = reference::FactorSchedule(list, {}, Timestamp::max());
    return {};
  }

  Status build(const std::optional<StepState>& last) {
    const StepState now = state_now();
    const bool everything = !last || last->outputs != now.outputs || last->settings != now.settings;
    GT_ASSIGN(auto minutes, changed_since(everything ? std::nullopt : last, kMinutes));
    if (minutes.changed_from) note_other_splits(*last, *minutes.changed_from);
    GT_ASSIGN(auto days, changed_since(everything ? std::nullopt : last, kDays));
    const internal::FeatureInputs in{.options = &options_, .tables = &tables_, .splits = &splits_};
    GT_RETURN_IF_ERROR(internal::build_minutes(in, minutes, out_));
    GT_RETURN_IF_ERROR(internal::build_days(in, days, out_));
    return commit();
  }

  /// Each changed security's first changed date; nothing, meaning all, without a state to compare with.
  Result<internal::Changes> changed_since(const std::optional<StepState>& last, const char* name) {
    const table::Table& silver = tables_.at(name);
    if (last) {
      std::optional<std::int64_t> from;
      if (auto known = last->inputs.find(name); known != last->inputs.end()) from = known->second;
      if (auto groups = changed_silver_groups(silver, from, silver.current_snapshot_id())) {
        internal::Changes changes;
        changes.changed_from.emplace();
        for (const SilverKey& key : *groups) changes.changed_from->try_emplace(key.security_id, key.date);
        return changes;
      }
    }
    return internal::Changes{};
  }

  void note_other_splits(const StepState& last, std::map<std::int64_t, Date>& changed_from) const {
    auto differs = [](const auto& a, const auto& b, const std::string& id) {
      auto x = a.find(id);
      auto y = b.find(id);
      return x == a.end() || y == b.end() || x->second != y->second;
    };
    for (const auto* facts : {&last.facts, &facts_}) {
      for (const auto& [id, fact] : *facts) {
        if (differs(last.facts, facts_, id)) changed_from[std::stoll(id)] = Date::min();
      }
    }
  }

  Status record(store::Transaction& transaction, const table::CommitResult& result) {
    StepState state = state_now();
    for (auto& [name, id] : state.outputs) {
      GT_ASSIGN(const auto parsed, table::TableName::parse(name));
      if (auto made = result.snapshot_id(parsed)) {
        report_.snapshots[name] = *made;
        id = made;
      }
    }
    return write_step_state(transaction, kStep, state);
  }

  Status commit() {
    options_.report("commit", 0, 1);
    report_.securities_computed = out_.securities;
    report_.bars_read = out_.bars_read;
    report_.rows_written = out_.rows_written;
    if (out_.changes.empty()) {
      GT_ASSIGN(auto transaction, lake_.database().begin());
      GT_RETURN_IF_ERROR(record(transaction, {}));
      return transaction.commit();
    }
    table::Commit commit(lake_.catalog());
    for (const TableChange& change : out_.changes) {
      const char* silver = change.table.name().name == "features_1d" ? kDays : kMinutes;
      table::Summary summary;
      if (auto id = tables_.at(silver).current_snapshot_id())
        summary[kSilverSnapshotKey] = std::to_string(*id);
      add_to(commit, {change}, summary);
    }
    commit.with_ops([this](store::Transaction& transaction, const table::CommitResult& result) {
      return record(transaction, result);
    });
    GT_RETURN_IF_ERROR(commit.run());
    return {};
  }

  const Lake& lake_;
  const PipelineOptions& options_;
  std::map<std::string, table::Table> tables_;
  std::map<std::int64_t, reference::FactorSchedule> splits_;
  std::map<std::string, std::string> facts_;  ///< Splits in force, in words, by security.
  internal::FeatureOutputs out_;
  FeaturesReport report_;
};

}  // namespace

Result<FeaturesReport> features(const Lake& lake, const PipelineOptions& options) {
  GT_ASSIGN(const WriterLock lock, lake.lock_for_writing("features"));
  GT_RETURN_IF_ERROR(gate_foreign_commits(lake, options));
  return GoldBuilder(lake, options).run();
}

}  // namespace goldtape::lake
