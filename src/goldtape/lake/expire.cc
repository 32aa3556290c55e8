#include "goldtape/lake/expire.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "goldtape/lake/data_folders.h"
#include "goldtape/lake/step_state.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/expire.h"
#include "goldtape/table/location.h"
#include "goldtape/table/reachable.h"

namespace goldtape::lake {

namespace {

constexpr std::array kSteps{"refine", "features", "quality"};

/// What a table was when the shorter metadata were made of it.
struct Cut {
  table::TableMetadata before;
  table::ExpirePlan plan;
};

class Expirer {
 public:
  Expirer(const Lake& lake, const ExpireOptions& options) : lake_(lake), options_(options) {}

  Result<ExpireReport> run() {
    GT_RETURN_IF_ERROR(find_pinned());
    GT_ASSIGN(const auto names, tables());
    for (const table::TableName& name : names) GT_RETURN_IF_ERROR(expire_table(name));
    return std::move(report_);
  }

 private:
  Result<std::vector<table::TableName>> tables() const {
    if (options_.tables.empty()) return lake_.catalog().list_tables();
    std::vector<table::TableName> names;
    for (const std::string& text : options_.tables) {
      GT_ASSIGN(auto name, table::TableName::parse(text));
      GT_RETURN_IF_ERROR(lake_.catalog().load(name));
      names.push_back(std::move(name));
    }
    return names;
  }

  /// The steps read the difference between these snapshots and the newest.
  Status find_pinned() {
    for (const char* step : kSteps) {
      GT_ASSIGN(const auto state, read_step_state(lake_.database(), step));
      if (!state) continue;
      for (const Snapshots* snapshots : {&state->inputs, &state->outputs}) {
        for (const auto& [name, id] : *snapshots) {
          if (id) pinned_[name].insert(*id);
        }
      }
    }
    return {};
  }

  [[nodiscard]] table::ExpirePolicy policy_of(const std::string& name) const {
    const auto pinned = pinned_.find(name);
    return {.max_age_ms = options_.max_age.count(),
            .min_snapshots = options_.min_snapshots,
            .metadata_files = options_.metadata_files,
            .pinned = pinned == pinned_.end() ? std::set<std::int64_t>{} : pinned->second};
  }

  [[nodiscard]] std::int64_t now_ms() const { return to_micros(lake_.clock().now()) / 1000; }

  Status expire_table(const table::TableName& name) {
    GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
    const table::ExpirePolicy policy = policy_of(name.to_string());
    Cut cut{table.metadata(), table::plan_expire(table.metadata(), policy, now_ms())};
    if (cut.plan.empty()) return {};
    ExpiredTable out{.table = name.to_string(), .snapshots_before = std::ssize(table.metadata().snapshots)};
    const auto gc = table.metadata().properties.find("gc.enabled");
    if (gc != table.metadata().properties.end() && gc->second == "false") {
      out.gc_disabled = true;
      report_.tables.push_back(std::move(out));
      return {};
    }
    table::TableMetadata after = cut.before;
    table::apply(cut.plan, after);
    const std::string& location = table.metadata_location();
    // A table that cannot be followed is not cut: what it leads to would not be known afterwards.
    GT_ASSIGN(auto going, files_to_go(cut, location, after));
    if (!options_.dry_run) {
      GT_ASSIGN(const table::Table cut_table, commit(table, policy, cut));
      GT_ASSIGN(going, files_to_go(cut, cut_table.metadata_location(), cut_table.metadata()));
    }
    out.snapshots = std::ssize(cut.plan.snapshots);
    out.refs = cut.plan.refs;
    remove(going, table.metadata().location, out);
    report_.tables.push_back(std::move(out));
    return {};
  }

  /// Cuts the newest metadata, whoever was first; `cut` becomes what was cut.
  Result<table::Table> commit(const table::Table& table, const table::ExpirePolicy& policy, Cut& cut) const {
    table::Commit commit(lake_.catalog());
    commit.edit(table, [&](table::TableMetadata& metadata) -> Result<bool> {
      cut = {metadata, table::plan_expire(metadata, policy, now_ms())};
      table::apply(cut.plan, metadata);
      return !cut.plan.empty();
    });
    GT_ASSIGN(const auto result, commit.run());
    return result.tables.front().table;
  }

  /// Files that only the lost snapshots and the dropped metadata files lead to.
  Result<table::FileSet> files_to_go(const Cut& cut, const std::string& location,
                                     const table::TableMetadata& after) const {
    GT_ASSIGN(const table::FileSet kept, table::reachable_files(location, after, lake_.filesystem()));
    table::FileSet going;
    GT_RETURN_IF_ERROR(
        table::add_snapshot_files(cut.before, lake_.filesystem(),
                                  {.snapshots = {cut.plan.snapshots.begin(), cut.plan.snapshots.end()},
                                   .all = false,
                                   .known = &kept,
                                   .tolerate_missing = true},
                                  going));
    for (const std::string& file : cut.plan.metadata_files) {
      if (!kept.contains(file)) going.add(file, table::FileRole::kMetadata);
    }
    for (const std::string& file : table::statistics_files(cut.before)) {
      if (!kept.contains(file)) going.add(file, table::FileRole::kStatistics);
    }
    return going;
  }

  /// Only what lies in the lake, or, of a table that somebody else's catalog put elsewhere, in its folder.
  void remove(const table::FileSet& going, const std::string& location, ExpiredTable& out) const {
    const std::string inside =
        table::normalise_location(
            has_foreign_catalog(lake_) ? location : table::to_location(lake_.catalog().warehouse())) +
        "/";
    for (const auto& [normal, file] : going.files()) {
      if (!normal.starts_with(inside)) {  // Another's, taken in by reference.
        ++out.left;
        continue;
      }
      if (remove_file(file.location, out)) ++counter(file.role, out);
    }
  }

  /// Whether it went, or in a dry run would go.
  bool remove_file(const std::string& location, ExpiredTable& out) const {
    const auto path = table::to_path(location);
    const auto info = path ? lake_.filesystem().info(*path) : std::unexpected(path.error());
    if (!info && info.error().kind == ErrorKind::kNotFound) return false;
    if (!info || (!options_.dry_run && !lake_.filesystem().remove(*path))) {
      ++out.left;
      return false;
    }
    out.bytes += static_cast<std::int64_t>(info->size_bytes);
    return true;
  }

  static std::int64_t& counter(table::FileRole role, ExpiredTable& out) {
    switch (role) {
      case table::FileRole::kData: return out.data_files;
      case table::FileRole::kDeletes: return out.delete_files;
      case table::FileRole::kManifest: return out.manifests;
      case table::FileRole::kManifestList: return out.manifest_lists;
      case table::FileRole::kMetadata: return out.metadata_files;
      case table::FileRole::kStatistics: return out.statistics_files;
    }
    return out.data_files;
  }

  const Lake& lake_;
  const ExpireOptions& options_;
  std::map<std::string, std::set<std::int64_t>> pinned_;
  ExpireReport report_;
};

}  // namespace

Result<ExpireReport> expire(const Lake& lake, const ExpireOptions& options) {
  std::optional<WriterLock> lock;
  if (!options.dry_run) {
    GT_ASSIGN(lock, lake.lock_for_writing("expire"));
  }
  return Expirer(lake, options).run();
}

}  // namespace goldtape::lake
