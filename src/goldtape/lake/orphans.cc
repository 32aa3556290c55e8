#include "goldtape/lake/orphans.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "goldtape/io/filesystem.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/location.h"
#include "goldtape/table/reachable.h"

namespace goldtape::lake {

namespace {

/// Spark's Hadoop tables keep their version in such a file; metadata do not name it.
constexpr std::string_view kVersionHint = "version-hint.text";

class OrphanSearch {
 public:
  OrphanSearch(const Lake& lake, const OrphanOptions& options) : lake_(lake), options_(options) {}

  Result<OrphanReport> run() {
    now_ = lake_.clock().now();
    GT_RETURN_IF_ERROR(list_tables());
    GT_RETURN_IF_ERROR(list_temporaries());
    GT_RETURN_IF_ERROR(follow_tables());
    judge();
    if (options_.remove) GT_RETURN_IF_ERROR(remove());
    return std::move(report_);
  }

 private:
  struct Candidate {
    io::FileInfo file;
    std::string table;
  };

  Result<std::vector<io::FileInfo>> list(const std::string& folder) const {
    auto files = lake_.filesystem().list(folder, true);
    if (!files && files.error().kind == ErrorKind::kNotFound) return std::vector<io::FileInfo>{};
    return files;
  }

  Status list_tables() {
    GT_ASSIGN(const auto names, lake_.catalog().list_tables());
    for (const table::TableName& name : names) {
      GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
      GT_ASSIGN(const std::string folder, table::to_path(table.metadata().location));
      if (!folder.starts_with(lake_.catalog().warehouse() + "/"))
        continue;  // Another's folder: not ours to judge.
      GT_ASSIGN(const auto files, list(folder));
      for (const io::FileInfo& file : files) consider(file, name.to_string());
    }
    return {};
  }

  Status list_temporaries() {
    GT_ASSIGN(const auto files, list(lake_.warehouse()));
    for (const io::FileInfo& file : files) {
      if (file.path.ends_with(io::kTemporarySuffix)) consider(file, {});
    }
    return {};
  }

  void consider(const io::FileInfo& file, const std::string& table) {
    if (!file.is_directory)
      candidates_.try_emplace(table::normalise_location(file.path), Candidate{file, table});
  }

  /// After the listing: whatever was committed meanwhile is followed too.
  Status follow_tables() {
    GT_ASSIGN(const auto names, lake_.catalog().list_tables());
    for (const table::TableName& name : names) {
      GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
      auto files = table::reachable_files(table.metadata_location(), table.metadata(), lake_.filesystem());
      if (!files) {
        return std::unexpected(
            files.error().while_doing("following " + name.to_string() + ", so nothing was removed"));
      }
      for (const auto& [normal, file] : files->files()) candidates_.erase(normal);
    }
    return {};
  }

  void judge() {
    for (const auto& [normal, candidate] : candidates_) {
      ++report_.files_looked_at;
      const io::FileInfo& file = candidate.file;
      if (file.path.ends_with(kVersionHint)) continue;
      if (now_ - file.modified < options_.min_age) {
        ++report_.younger;
        continue;
      }
      report_.orphans.push_back({.path = file.path,
                                 .table = candidate.table,
                                 .temporary = file.path.ends_with(io::kTemporarySuffix),
                                 .size_bytes = file.size_bytes,
                                 .modified = file.modified});
    }
  }

  Status remove() {
    for (Orphan& orphan : report_.orphans) {
      const Status removed = lake_.filesystem().remove(orphan.path);
      if (!removed && removed.error().kind != ErrorKind::kNotFound) return removed;
      orphan.removed = true;
    }
    return {};
  }

  const Lake& lake_;
  const OrphanOptions& options_;
  Timestamp now_{};
  std::map<std::string, Candidate> candidates_;
  OrphanReport report_;
};

}  // namespace

Result<OrphanReport> find_orphans(const Lake& lake, const OrphanOptions& options) {
  std::optional<WriterLock> lock;
  if (options.remove) {
    GT_ASSIGN(lock, lake.lock_for_writing("orphans --remove"));
  }
  return OrphanSearch(lake, options).run();
}

}  // namespace goldtape::lake
