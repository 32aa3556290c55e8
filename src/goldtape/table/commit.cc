#include "goldtape/table/commit.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/store/turn.h"
#include "goldtape/table/snapshot_producer_internal.h"

namespace goldtape::table {
namespace {

using internal::Change;

constexpr std::uint16_t kLostRace = 4010;
constexpr std::uint16_t kOutcomeUnknown = 4016;
/// Long enough for a queue of many writers.
constexpr std::chrono::seconds kTurnPatience{20};

struct PendingChange {
  Table base;
  Change change;
};

/// A table of the commit as a try found it.
struct Prepared {
  Table current;
  std::optional<std::int64_t> snapshot_id;  ///< The new one.
  bool changed = false;
};

// Between tries, so that two writers do not meet again at once: up to 10 ms, doubled each time.
void back_off(int attempt) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int limit_us = 10'000 << std::min(attempt, 6);
  std::this_thread::sleep_for(
      std::chrono::microseconds(std::uniform_int_distribution<int>(0, limit_us)(random)));
}

}  // namespace

std::optional<std::int64_t> CommitResult::snapshot_id(const TableName& name) const {
  for (const CommittedTable& committed : tables) {
    if (committed.table.name() == name && committed.snapshot_id) return committed.snapshot_id;
  }
  return std::nullopt;
}

struct Commit::Impl {
  Catalog& catalog;
  CommitOptions options;
  std::vector<PendingChange> pending;
  std::vector<Ops> ops;

  Change& add(const Table& table) { return pending.emplace_back(PendingChange{table, {}}).change; }

  /// Table names in the order of their first change.
  [[nodiscard]] std::vector<TableName> names() const {
    std::vector<TableName> names;
    for (const PendingChange& item : pending) {
      if (std::find(names.begin(), names.end(), item.base.name()) == names.end())
        names.push_back(item.base.name());
    }
    return names;
  }

  /// The table's update, unless the changes change nothing.
  Status prepare(const TableName& name, internal::WrittenFiles& written, std::vector<Prepared>& tables,
                 std::vector<TableUpdate>& updates) const {
    GT_ASSIGN(const Table current, catalog.load(name));
    internal::SnapshotProducer producer(current, catalog.clock().now(), written);
    for (const PendingChange& item : pending) {
      if (item.base.name() != name) continue;
      GT_RETURN_IF_ERROR(internal::check_rebase(item.base, current, item.change));
      GT_RETURN_IF_ERROR(producer.apply(item.change));
    }
    tables.push_back({current, producer.snapshot_id(), producer.changed()});
    if (producer.changed()) updates.push_back({current, producer.finish()});
    return {};
  }

  /// In the order of names, so that two writers of several tables do not wait for each other. Turns that do
  /// not come in time are done without.
  [[nodiscard]] std::vector<std::unique_ptr<store::Turn>> take_turns() const {
    std::vector<TableName> sorted = names();
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::unique_ptr<store::Turn>> turns;
    for (const TableName& name : sorted) {
      turns.push_back(store::take_turn(*catalog.database(), name.to_string(), kTurnPatience));
    }
    return turns;
  }

  /// What the catalog answered, beside the tables that did not change.
  static CommitResult result_of(const std::vector<Prepared>& tables, const std::vector<Table>& changed,
                                int attempts) {
    CommitResult result;
    result.attempts = attempts;
    auto next = changed.begin();
    for (const Prepared& table : tables)
      result.tables.push_back({table.changed ? *next++ : table.current, table.snapshot_id});
    return result;
  }

  Result<CommitResult> attempt(int number, bool& lost_race) {
    internal::WrittenFiles written(*catalog.filesystem());
    std::vector<Prepared> tables;
    std::vector<TableUpdate> updates;
    const auto turns = take_turns();
    for (const TableName& name : names()) {
      if (Status prepared = prepare(name, written, tables, updates); !prepared) {
        written.remove_all();
        return std::unexpected<Error>(prepared.error());
      }
    }
    bool ops_failed = false;
    const auto run_ops = [&](store::Transaction& transaction, const std::vector<Table>& changed) -> Status {
      const CommitResult result = result_of(tables, changed, number);
      for (const Ops& op : ops) {
        Status done = op(transaction, result);
        ops_failed = !done;
        GT_RETURN_IF_ERROR(done);
      }
      return {};
    };
    auto changed = catalog.commit(updates, ops.empty() ? Catalog::Ops{} : run_ops);
    if (changed) return result_of(tables, *changed, number);
    lost_race = changed.error().code == kLostRace && !ops_failed;
    if (changed.error().code != kOutcomeUnknown) written.remove_all();
    return std::unexpected<Error>(changed.error());
  }
};

Commit::Commit(Catalog& catalog, CommitOptions options)
    : impl_(std::make_unique<Impl>(Impl{catalog, options, {}, {}})) {}
Commit::~Commit() = default;

void Commit::append(const Table& table, std::vector<DataFile> added, ChangeOptions options) {
  replace(table, {}, std::move(added), std::move(options));
}

void Commit::replace(const Table& table, std::vector<DataFile> removed, std::vector<DataFile> added,
                     ChangeOptions options) {
  Change& change = impl_->add(table);
  change.removed = std::move(removed);
  change.added = std::move(added);
  change.options = std::move(options);
}

void Commit::set_current_snapshot(const Table& table, std::int64_t snapshot_id) {
  impl_->add(table).set_current_snapshot = snapshot_id;
}

void Commit::change_schema(const Table& table, SchemaChange change) {
  impl_->add(table).schema_change = std::move(change);
}

void Commit::add_column(const Table& table, std::string name, Type type, std::string doc) {
  impl_->add(table).schema_change.add(std::move(name), std::move(type), std::move(doc));
}

void Commit::add_spec(const Table& table, PartitionSpec spec, bool make_default) {
  Change& change = impl_->add(table);
  change.add_spec = std::move(spec);
  change.make_default = make_default;
}

void Commit::set_properties(const Table& table, std::map<std::string, std::string> properties) {
  impl_->add(table).properties = std::move(properties);
}

void Commit::edit(const Table& table, Edit edit) { impl_->add(table).edit = std::move(edit); }

void Commit::with_ops(Ops ops) { impl_->ops.push_back(std::move(ops)); }

Result<CommitResult> Commit::run() {
  const auto give_up_at = std::chrono::steady_clock::now() + impl_->options.patience;
  for (int number = 1;; ++number) {
    bool lost_race = false;
    auto result = impl_->attempt(number, lost_race);
    // That a change cannot be rebased shows in the next try, where the table is no longer what the change
    // was planned from.
    if (!lost_race || std::chrono::steady_clock::now() >= give_up_at) return result;
    back_off(number);
  }
}

}  // namespace goldtape::table
