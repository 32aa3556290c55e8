// Commits through the Iceberg REST catalog: requirements checked, updates applied, pointers swapped.
#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/serve/iceberg_rest_internal.h"
#include "goldtape/table/metadata_update.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::serve::internal {
namespace {

namespace rest = table::rest;
using table::Requirement;

constexpr int kMaxAttempts = 10;  // Against writers that are first; the requirements are checked each time.

/// Between tries, so that two writers do not meet again at once: up to 10 ms, doubled each time.
void back_off(int attempt) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int limit_us = 10'000 << std::min(attempt, 6);
  std::this_thread::sleep_for(
      std::chrono::microseconds(std::uniform_int_distribution<int>(0, limit_us)(random)));
}

bool lost_race(const Error& error) { return error.code == 4010 || error.code == 4002; }

bool creates(const rest::TableChangeMessage& change) {
  return std::any_of(
      change.requirements.begin(), change.requirements.end(),
      [](const Requirement& requirement) { return requirement.kind == Requirement::Kind::kCreate; });
}

/// Files that updates name are read later, by commands that trust the catalog.
Status check_locations(const table::Catalog& catalog, const rest::TableChangeMessage& change) {
  for (const table::MetadataUpdate& update : change.updates) {
    if (const auto* moved = std::get_if<table::SetLocation>(&update)) {
      GT_RETURN_IF_ERROR(check_location(catalog, moved->location));
    } else if (const auto* added = std::get_if<table::AddSnapshot>(&update)) {
      GT_RETURN_IF_ERROR(check_location(catalog, added->snapshot.manifest_list));
    }
  }
  return {};
}

/// The end of a creation that was staged: the table comes into being with all that was done to it.
Result<table::Table> create(table::Catalog& catalog, const rest::TableChangeMessage& change) {
  for (const Requirement& requirement : change.requirements) {
    if (requirement.kind != Requirement::Kind::kCreate) GT_RETURN_IF_ERROR(check(requirement, nullptr));
  }
  GT_ASSIGN(const bool there, catalog.namespace_exists(change.name->space));
  if (!there)
    return fail(ErrorKind::kNotFound, 4013, fmt::format("there is no namespace {}", change.name->space));
  GT_RETURN_IF_ERROR(check_locations(catalog, change));
  GT_ASSIGN(table::TableMetadata metadata,
            apply(table::empty_metadata(), change.updates, catalog.clock().now()));
  GT_RETURN_IF_ERROR(check_location(catalog, metadata.location));
  if (metadata.table_uuid.empty()) {
    return fail(ErrorKind::kUsage, 4302, "a table that is created needs a uuid (the update assign-uuid)");
  }
  auto created = catalog.create_table(*change.name, std::move(metadata));
  if (!created && created.error().code == 4012) {
    return fail(ErrorKind::kConflict, 4301, "requirement failed: " + created.error().message);
  }
  return created;
}

/// One try. Absent: there is nothing to change.
Result<std::optional<table::TableUpdate>> plan(const table::Catalog& catalog,
                                               const rest::TableChangeMessage& change) {
  GT_ASSIGN(table::Table base, catalog.load(*change.name));
  for (const Requirement& requirement : change.requirements)
    GT_RETURN_IF_ERROR(check(requirement, &base.metadata()));
  if (change.updates.empty()) return std::nullopt;
  GT_RETURN_IF_ERROR(check_locations(catalog, change));
  GT_ASSIGN(table::TableMetadata next, apply(base.metadata(), change.updates, catalog.clock().now()));
  return table::TableUpdate{.base = std::move(base), .next = std::move(next)};
}

/// The new states of the tables that change.
Result<std::vector<table::Table>> try_commit(table::Catalog& catalog,
                                             const std::vector<rest::TableChangeMessage>& changes) {
  std::vector<table::TableUpdate> updates;
  for (const rest::TableChangeMessage& change : changes) {
    GT_ASSIGN(auto update, plan(catalog, change));
    if (update) updates.push_back(*std::move(update));
  }
  if (updates.empty()) return std::vector<table::Table>();
  return catalog.commit(updates, {});
}

Result<std::vector<table::Table>> commit_all(table::Catalog& catalog,
                                             const std::vector<rest::TableChangeMessage>& changes) {
  for (int attempt = 0;; ++attempt) {
    auto committed = try_commit(catalog, changes);
    if (committed || !lost_race(committed.error()) || attempt + 1 >= kMaxAttempts) return committed;
    back_off(attempt);
  }
}

Result<Response> commit_table(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto name, table_of(request));
  GT_ASSIGN(auto change, rest::parse_table_change(request.body));
  if (change.name && *change.name != name) {
    return fail(ErrorKind::kUsage, 4302,
                fmt::format("the path names {}, the body {}", name.to_string(), change.name->to_string()));
  }
  change.name = name;
  if (creates(change)) {
    GT_ASSIGN(const table::Table table, create(catalog, change));
    return loaded(table);
  }
  GT_ASSIGN(const auto changed, commit_all(catalog, {change}));
  if (!changed.empty()) return loaded(changed[0]);
  GT_ASSIGN(const table::Table table, catalog.load(name));
  return loaded(table);
}

Result<Response> commit_transaction(table::Catalog& catalog, const Request& request) {
  GT_ASSIGN(const auto changes, rest::parse_transaction(request.body));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (creates(changes[i])) {
      return iceberg_error(406, "UnsupportedOperationException",
                           "a transaction cannot create tables here; create them first");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (changes[j].name == changes[i].name) {
        return fail(ErrorKind::kUsage, 4302,
                    fmt::format("{} stands there twice", changes[i].name->to_string()));
      }
    }
  }
  GT_RETURN_IF_ERROR(commit_all(catalog, changes));
  return Response{.status = 204, .headers = {}, .body = {}};
}

}  // namespace

void add_commit_routes(Router& router, table::Catalog& catalog) {
  const auto add = [&](const char* path, auto answer) {
    router.add(
        "POST", path,
        guarded([&catalog, answer](const Request& request) { return answer(catalog, request); }, true));
  };
  add("/v1/namespaces/{namespace}/tables/{table}", commit_table);
  add("/v1/transactions/commit", commit_transaction);
}

}  // namespace goldtape::serve::internal
