// Commits to somebody else's REST catalog.
#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/rest_catalog_internal.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::table {
namespace internal {
namespace {

/// Whether `now` still tells of each commit since `base`. A catalog that keeps the history itself (Nessie)
/// shows the newest snapshot alone, and others may have expired some.
bool tells_all_since(const TableMetadata& base, const TableMetadata& now) {
  const auto later = std::ranges::count_if(now.snapshots, [&](const Snapshot& snapshot) {
    return snapshot.sequence_number > base.last_sequence_number;
  });
  return later >= now.last_sequence_number - base.last_sequence_number;
}

}  // namespace

Outcome outcome_of(const TableUpdate& update, const TableMetadata& now) {
  const TableMetadata& base = update.base.metadata();
  const TableMetadata& next = update.next;
  if (now.table_uuid != base.table_uuid) return Outcome::kLost;
  // A snapshot's id is random: where one of ours is, so is the commit. It may be expired again by now.
  bool adds = false;
  for (const Snapshot& snapshot : next.snapshots) {
    if (base.find_snapshot(snapshot.snapshot_id) != nullptr) continue;
    adds = true;
    if (now.find_snapshot(snapshot.snapshot_id) != nullptr) return Outcome::kDone;
  }
  if (!adds) {
    const auto missing = updates_between(now, next);
    if (missing && missing->empty()) return Outcome::kDone;
  }
  const auto steps = updates_between(base, next);
  if (!steps) return Outcome::kUnknown;
  const auto requirements = requirements_for(base, *steps);
  const bool may_come =
      std::all_of(requirements.begin(), requirements.end(),
                  [&](const Requirement& requirement) { return check(requirement, &now).has_value(); });
  if (may_come) return Outcome::kUnknown;
  return !adds || tells_all_since(base, now) ? Outcome::kLost : Outcome::kForgotten;
}

}  // namespace internal

namespace {

using internal::Outcome;

/// How long a commit whose answer is missing is looked for.
constexpr std::array kLooks{std::chrono::milliseconds(0), std::chrono::milliseconds(200),
                            std::chrono::milliseconds(800)};

std::unexpected<Error> outcome_unknown(const Error& error) {
  return fail(
      ErrorKind::kIo, 4016,
      "whether the commit took place is not known; look at the table before trying again: " + error.message,
      error.where);
}

Result<std::string> commit_body(const std::vector<TableUpdate>& updates) {
  std::vector<rest::TableChangeMessage> changes;
  for (const TableUpdate& update : updates) {
    GT_ASSIGN(auto steps, updates_between(update.base.metadata(), update.next));
    auto requirements = requirements_for(update.base.metadata(), steps);
    changes.push_back(
        {.name = update.base.name(), .requirements = std::move(requirements), .updates = std::move(steps)});
  }
  return changes.size() == 1 ? rest::to_json(changes[0]) : rest::to_json(changes);
}

Result<std::vector<Table>> load_all(const RestCatalog& catalog, const std::vector<TableUpdate>& updates) {
  std::vector<Table> tables;
  for (const TableUpdate& update : updates) {
    GT_ASSIGN(Table table, catalog.load(update.base.name()));
    tables.push_back(std::move(table));
  }
  return tables;
}

/// Whether the commit's manifests are in the table as it is now. A later commit leaves them there unless it
/// rewrites them.
Result<bool> holds_manifests_of(const TableUpdate& update, const Table& now) {
  const Snapshot* current = now.metadata().current_snapshot();
  if (current == nullptr) return false;
  GT_ASSIGN(const auto manifests, now.manifests(*current));
  return std::ranges::any_of(manifests, [&](const ManifestFile& manifest) {
    return update.base.metadata().find_snapshot(manifest.added_snapshot_id) == nullptr &&
           update.next.find_snapshot(manifest.added_snapshot_id) != nullptr;
  });
}

/// What became of the commit; `now` are its tables as they are. All of them change together, so one tells.
Result<Outcome> look(const std::vector<TableUpdate>& updates, const std::vector<Table>& now) {
  const Outcome outcome = internal::outcome_of(updates[0], now[0].metadata());
  if (outcome != Outcome::kForgotten) return outcome;
  GT_ASSIGN(const bool holds, holds_manifests_of(updates[0], now[0]));
  return holds ? Outcome::kDone : Outcome::kForgotten;
}

/// After an answer that did not come: the tables with the commit in them, or what is known instead.
Result<std::vector<Table>> find_out(const RestCatalog& catalog, const std::vector<TableUpdate>& updates,
                                    const Error& error) {
  for (const auto pause : kLooks) {
    std::this_thread::sleep_for(pause);
    auto tables = load_all(catalog, updates);
    if (!tables) continue;
    const auto outcome = look(updates, *tables);
    if (!outcome) continue;
    if (*outcome == Outcome::kDone) return tables;
    if (*outcome == Outcome::kLost) {
      return fail(ErrorKind::kConflict, 4010,
                  fmt::format("another writer changed the table {} first; try again",
                              updates[0].base.name().to_string()));
    }
  }
  return outcome_unknown(error);
}

}  // namespace

Result<std::vector<Table>> RestCatalog::commit(const std::vector<TableUpdate>& updates, const Ops& ops) {
  std::vector<Table> tables;
  if (!updates.empty()) {
    GT_ASSIGN(std::string body, commit_body(updates));
    const bool single = updates.size() == 1;
    const std::string path = single ? internal::table_path(updates[0].base.name()) : "transactions/commit";
    auto response = impl_->client.ask({.method = "POST", .path = path, .body = std::move(body)});
    if (response && single) {
      auto table = impl_->table_of(updates[0].base.name(), *response);
      if (table) tables.push_back(*std::move(table));
    }
    if (!response && response.error().kind == ErrorKind::kConflict) {
      // Who carries requests may send one twice, curl itself on a connection that was closed meanwhile: then
      // it is our own commit that stands in the way.
      auto there = load_all(*this, updates);
      if (!there) return outcome_unknown(there.error());
      const auto outcome = look(updates, *there);
      if (!outcome) return outcome_unknown(outcome.error());
      if (*outcome == Outcome::kDone) tables = *std::move(there);
    }
    if (!response && tables.empty() && !internal::outcome_open(response.error()))
      return std::unexpected<Error>(response.error());
    if (tables.empty()) {
      const Error unseen{.kind = ErrorKind::kUnavailable,
                         .code = 4311,
                         .message = "the answer cannot be read",
                         .where = path};
      GT_ASSIGN(tables, response && !single ? load_all(*this, updates)
                                            : find_out(*this, updates, response ? unseen : response.error()));
    }
  }
  if (!ops) return tables;
  // From here on the tables have changed: whatever fails now must not be taken for a commit undone.
  auto transaction = database()->begin();
  if (!transaction)
    return updates.empty() ? std::unexpected<Error>(transaction.error())
                           : outcome_unknown(transaction.error());
  Status recorded = ops(*transaction, tables);
  if (recorded) recorded = transaction->commit();
  if (recorded) return tables;
  return updates.empty() ? std::unexpected<Error>(recorded.error()) : outcome_unknown(recorded.error());
}

}  // namespace goldtape::table
