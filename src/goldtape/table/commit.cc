#include "goldtape/table/commit.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/snapshot_producer_internal.h"

namespace goldtape::table {
namespace {

using internal::Change;

struct PendingChange {
  Table base;
  Change change;
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

  /// How a try ended, beside its error.
  struct Try {
    bool lost_race = false;
    bool outcome_unknown = false;
  };

  /// A table's swap: from `base` to what stands in the result.
  struct Swap {
    TableName name;
    std::string expected;
    std::string next;
  };

  Status prepare(const TableName& name, internal::WrittenFiles& written, CommitResult& result,
                 std::vector<Swap>& swaps) const {
    GT_ASSIGN(const Table current, catalog.load(name));
    internal::SnapshotProducer producer(current, catalog.clock().now(), written);
    for (const PendingChange& item : pending) {
      if (item.base.name() != name) continue;
      GT_RETURN_IF_ERROR(internal::check_rebase(item.base, current, item.change));
      GT_RETURN_IF_ERROR(producer.apply(item.change));
    }
    if (!producer.changed()) {
      result.tables.push_back({current, std::nullopt});
      return {};
    }
    const auto snapshot_id = producer.snapshot_id();
    GT_ASSIGN(Table next, producer.finish());
    swaps.push_back({name, current.metadata_location(), next.metadata_location()});
    result.tables.push_back({std::move(next), snapshot_id});
    return {};
  }

  Status transact(const std::vector<Swap>& swaps, const CommitResult& result, Try& state) const {
    if (swaps.empty() && ops.empty()) return {};
    GT_ASSIGN(store::Transaction transaction, catalog.database()->begin());
    for (const Swap& swap : swaps) {
      Status swapped = catalog.swap(transaction, swap.name, swap.expected, swap.next);
      state.lost_race = !swapped && swapped.error().kind == ErrorKind::kConflict;
      GT_RETURN_IF_ERROR(swapped);
    }
    for (const Ops& op : ops) GT_RETURN_IF_ERROR(op(transaction, result));
    Status committed = transaction.commit();
    if (committed || swaps.empty()) return committed;
    return ask_outcome(swaps, committed.error(), state);
  }

  /// After a COMMIT that failed: the pointer tells what became of it.
  Status ask_outcome(const std::vector<Swap>& swaps, const Error& error, Try& state) const {
    const auto rows = catalog.database()->query(
        "SELECT metadata_location FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ?"
        " AND table_name = ?",
        {std::string(kCatalogName), swaps[0].name.space, swaps[0].name.name});
    if (rows && !rows->rows.empty()) {
      if (store::text_of(rows->rows[0][0]) == swaps[0].next) return {};
      return std::unexpected<Error>(error);
    }
    state.outcome_unknown = true;
    return fail(
        ErrorKind::kIo, 4016,
        "whether the commit took place is not known; look at the table before trying again: " + error.message,
        error.where);
  }

  Result<CommitResult> attempt(int number, Try& state) {
    internal::WrittenFiles written(*catalog.filesystem());
    CommitResult result;
    result.attempts = number;
    std::vector<Swap> swaps;
    Status done;
    for (const TableName& name : names()) {
      done = prepare(name, written, result, swaps);
      if (!done) break;
    }
    if (done) done = transact(swaps, result, state);
    if (done) return result;
    if (!state.outcome_unknown) written.remove_all();
    return std::unexpected<Error>(done.error());
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

void Commit::add_column(const Table& table, std::string name, Type type, std::string doc) {
  impl_->add(table).add_column = Field{
      .id = 0, .name = std::move(name), .type = std::move(type), .required = false, .doc = std::move(doc)};
}

void Commit::add_spec(const Table& table, PartitionSpec spec, bool make_default) {
  Change& change = impl_->add(table);
  change.add_spec = std::move(spec);
  change.make_default = make_default;
}

void Commit::set_properties(const Table& table, std::map<std::string, std::string> properties) {
  impl_->add(table).properties = std::move(properties);
}

void Commit::with_ops(Ops ops) { impl_->ops.push_back(std::move(ops)); }

Result<CommitResult> Commit::run() {
  for (int number = 1;; ++number) {
    Impl::Try state;
    auto result = impl_->attempt(number, state);
    // That a change cannot be rebased shows in the next try, where the table is no longer what the change
    // was planned from.
    if (!state.lost_race || number >= impl_->options.max_attempts) return result;
    back_off(number);
  }
}

}  // namespace goldtape::table
