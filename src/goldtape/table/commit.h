// The commit: new states of any number of tables and the rows of the operations database, all or nothing.
// Manifests and metadata are written durably first; then one transaction swaps every pointer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/store/database.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/expression.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/schema_change.h"
#include "goldtape/table/snapshot.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

/// How a change is recorded and what another writer must not have done in the meantime.
struct ChangeOptions {
  Summary summary = {};  ///< Added to the snapshot's summary.
  /// Absent: append when nothing is removed, delete when nothing is added, else overwrite.
  std::optional<Operation> operation = {};
  /// The rows the change was planned from. When another writer added or removed files that may hold such
  /// rows since the Table handed in was loaded, the commit fails with GT4010 instead of rebasing.
  std::optional<Expression> planned_from = {};
};

/// One table after a commit.
struct CommittedTable {
  Table table;                              ///< As it is now.
  std::optional<std::int64_t> snapshot_id;  ///< The new snapshot; absent when only metadata changed.
};

struct CommitResult {
  std::vector<CommittedTable> tables;  ///< In the order of the changes.
  int attempts = 1;

  /// The snapshot that the commit gave a table; absent for none.
  [[nodiscard]] std::optional<std::int64_t> snapshot_id(const TableName& name) const;
};

struct CommitOptions {
  /// How long the commit is tried again against other writers before GT4010 is returned; 0: one try.
  /// Iceberg's own retries are counted; where each try takes long and sixteen write, some would count to the
  /// end first.
  std::chrono::milliseconds patience{30'000};
};

/// Collects changes, then runs once. Not thread safe.
///
///   Commit commit(catalog);
///   commit.append(bars, files, {.summary = {{summary_key::kLoadId, load_id}}});
///   commit.with_ops([&](store::Transaction& t, const CommitResult& r) { return put_load(t, ...); });
///   GT_ASSIGN(CommitResult result, commit.run());
class Commit {
 public:
  explicit Commit(Catalog& catalog, CommitOptions options = {});
  ~Commit();
  Commit(const Commit&) = delete;
  Commit& operator=(const Commit&) = delete;

  /// Adds files. Nothing to add changes nothing: no snapshot is made.
  void append(const Table& table, std::vector<DataFile> added, ChangeOptions options = {});
  /// Takes files out and puts others in. Files to be removed must be live.
  void replace(const Table& table, std::vector<DataFile> removed, std::vector<DataFile> added,
               ChangeOptions options = {});
  /// Makes an earlier snapshot the current one (rollback). Not rebased.
  void set_current_snapshot(const Table& table, std::int64_t snapshot_id);
  /// Changes the schema; no data file is touched. A column that the default partition spec or sort order is
  /// made from cannot be dropped (GT4404).
  void change_schema(const Table& table, SchemaChange change);
  /// Adds an optional column at the end; the field id is assigned.
  void add_column(const Table& table, std::string name, Type type, std::string doc);
  /// Adds a partition spec; `make_default` also makes it the one that writers use by default.
  void add_spec(const Table& table, PartitionSpec spec, bool make_default);
  /// Sets (or, with an empty value, removes) table properties.
  void set_properties(const Table& table, std::map<std::string, std::string> properties);

  /// Changes metadata that makes no snapshot of its own: refs, expiry. `edit` is called with the newest
  /// metadata, again on each retry, and says whether it changed anything; it must not do I/O.
  using Edit = std::function<Result<bool>(TableMetadata&)>;
  void edit(const Table& table, Edit edit);

  /// Runs inside the transaction, after the pointers are swapped; called again on each retry. An error
  /// rolls everything back. Keep it short: no I/O, only statements.
  using Ops = std::function<Status(store::Transaction&, const CommitResult&)>;
  void with_ops(Ops ops);

  /// Errors: kConflict GT4010 another writer was first and the change cannot be rebased (which table,
  /// which file) or keeps being first; kConflict GT4002; GT4030 a column that exists already; those of
  /// `ops`; io's. After any error the catalog is as before and what the tries wrote is removed, data
  /// files handed in excepted (the caller's: DataWriter::discard), unless the outcome is unknown:
  /// kIo GT4016, then nothing is removed.
  Result<CommitResult> run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::table
