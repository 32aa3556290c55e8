#include "goldtape/lake/relocate.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "goldtape/io/s3_options.h"
#include "goldtape/lake/catalog_choice.h"
#include "goldtape/lake/data_folders.h"
#include "goldtape/lake/lake_names_internal.h"
#include "goldtape/lake/writer_lock.h"
#include "goldtape/store/database.h"
#include "goldtape/store/postgres_uri.h"
#include "goldtape/store/schema.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/location.h"
#include "goldtape/table/metadata_file_internal.h"
#include "goldtape/table/reachable.h"
#include "goldtape/table/relocate.h"

namespace goldtape::lake {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kChunkBytes = 8U << 20U;
constexpr const char* kMarkName = ".relocating";

struct Pointer {
  std::string space;
  std::string name;
  std::string location;
};

std::string absolute(const std::string& path) {
  std::error_code error;
  std::string text = fs::weakly_canonical(fs::absolute(path, error), error).string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

Result<std::vector<Pointer>> pointers_of(store::Database& database) {
  GT_ASSIGN(const auto rows,
            database.query("SELECT table_namespace, table_name, metadata_location FROM iceberg_tables"
                           " WHERE catalog_name = ?",
                           {std::string(table::kCatalogName)}));
  std::vector<Pointer> pointers;
  for (const store::Row& row : rows.rows)
    pointers.push_back({store::text_of(row[0]), store::text_of(row[1]), store::text_of(row[2])});
  return pointers;
}

/// Writes each table's new metadata; the pointers become those to it.
Status move_tables(const table::Relocation& relocation, const std::shared_ptr<io::FileSystem>& files,
                   std::vector<Pointer>& pointers, RelocateReport& report) {
  for (Pointer& pointer : pointers) {
    const std::string now = relocation.moved_already ? relocation.moved(pointer.location) : pointer.location;
    GT_ASSIGN(const auto metadata, table::internal::read_metadata_file(*files, now));
    GT_ASSIGN(const auto moved, table::relocate_table(*metadata, pointer.location, relocation, files));
    pointer.location = moved.metadata_location;
    report.files_outside += moved.files_outside;
    ++report.tables;
  }
  return {};
}

/// All pointers and the place of the lake's data in one transaction.
Status set_pointers(store::Database& database, const std::vector<Pointer>& pointers,
                    const std::string& warehouse) {
  GT_ASSIGN(store::Transaction transaction, database.begin());
  for (const Pointer& pointer : pointers) {
    GT_RETURN_IF_ERROR(transaction.execute(
        "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = NULL"
        " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?",
        {pointer.location, std::string(table::kCatalogName), pointer.space, pointer.name}));
  }
  GT_RETURN_IF_ERROR(store::set_meta(transaction, names::kLocationKey, table::to_location(warehouse)));
  return transaction.commit();
}

class LakeCopy {
 public:
  LakeCopy(const Lake& lake, LakePlace to)
      : lake_(lake), files_(lake.filesystem()), from_(lake.warehouse()), to_(std::move(to)) {
    report_.from = from_;
    report_.to = to_.warehouse;
  }

  Result<RelocateReport> run() {
    GT_RETURN_IF_ERROR(prepare_folder());
    GT_RETURN_IF_ERROR(copy_data());
    GT_RETURN_IF_ERROR(copy_folder("raw"));
    GT_RETURN_IF_ERROR(copy_settings());
    GT_ASSIGN(auto pointers, pointers_of(lake_.database()));
    GT_RETURN_IF_ERROR(
        move_tables({.from = from_, .to = to_.warehouse}, lake_.shared_filesystem(), pointers, report_));
    GT_RETURN_IF_ERROR(copy_database(pointers));
    (void)files_.remove(to_.folder + "/" + kMarkName);
    return std::move(report_);
  }

 private:
  Status prepare_folder() const {
    for (const auto& [from, to] : {std::pair(lake_.root(), to_.folder), std::pair(from_, to_.warehouse)}) {
      if ((to + "/").starts_with(from + "/") || (from + "/").starts_with(to + "/"))
        return fail(ErrorKind::kUsage, 5120, "a lake cannot be copied into itself", to);
    }
    const std::string mark = to_.folder + "/" + kMarkName;
    const bool goes_on = files_.info(mark).has_value();
    for (const std::string& place : {to_.folder, to_.warehouse}) {
      const auto entries = files_.list(place, false);
      if (!entries && entries.error().kind != ErrorKind::kNotFound) return std::unexpected(entries.error());
      if (entries && !entries->empty() && !goes_on) {
        return fail(ErrorKind::kUsage, 5120,
                    "there are other things in this place; name an empty one or one that does not exist",
                    place);
      }
    }
    if (files_.info(to_.folder + "/" + names::kDatabaseName)) {
      return fail(ErrorKind::kUsage, 5120, "the copy is complete already; remove its .relocating file",
                  to_.folder);
    }
    return files_.write(mark, from_, {.overwrite = true});
  }

  [[nodiscard]] std::string target_of(const std::string& path) const {
    return to_.warehouse + path.substr(from_.size());
  }

  /// A lake that goes to S3 has to say how S3 is reached, where its settings do not yet.
  Status copy_settings() const {
    auto text = files_.read(lake_.config_path());
    if (!text && text.error().kind == ErrorKind::kNotFound) text = std::string();
    GT_RETURN_IF_ERROR(text);
    if (text->find("[s3]") == std::string::npos) *text += to_.settings;
    return files_.write(to_.folder + "/" + names::kConfigName, *text, {.overwrite = true});
  }

  /// One file, in pieces; one that is there with its size was copied by an earlier run.
  Status copy_file(const std::string& path) {
    const auto info = files_.info(path);
    if (!info && info.error().kind == ErrorKind::kNotFound) return {};
    GT_RETURN_IF_ERROR(info);
    const std::string target = target_of(path);
    if (const auto there = files_.info(target); there && there->size_bytes == info->size_bytes) {
      ++report_.files_kept;
      return {};
    }
    GT_ASSIGN(const auto writer, files_.create(target, {.overwrite = true, .durable = true}));
    for (std::uint64_t at = 0; at < info->size_bytes;) {
      GT_ASSIGN(const std::string piece, files_.read_range(path, at, kChunkBytes));
      if (piece.empty()) break;
      GT_RETURN_IF_ERROR(writer->append(piece));
      at += piece.size();
    }
    GT_RETURN_IF_ERROR(writer->commit());
    ++report_.files_copied;
    report_.bytes_copied += static_cast<std::int64_t>(info->size_bytes);
    return {};
  }

  Status copy_folder(const std::string& name) {
    const auto entries = files_.list(lake_.path(name), true);
    if (!entries && entries.error().kind == ErrorKind::kNotFound) return {};
    GT_RETURN_IF_ERROR(entries);
    for (const io::FileInfo& file : *entries) {
      if (!file.is_directory && !file.path.ends_with(io::kTemporarySuffix))
        GT_RETURN_IF_ERROR(copy_file(file.path));
    }
    return {};
  }

  /// What snapshots lead to; manifests and metadata are written anew.
  Status copy_data() {
    GT_ASSIGN(const auto names, lake_.catalog().list_tables());
    for (const table::TableName& name : names) {
      GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
      GT_ASSIGN(const auto reached,
                table::reachable_files(table.metadata_location(), table.metadata(), files_));
      for (const auto& [normal, file] : reached.files()) {
        const bool data = file.role == table::FileRole::kData || file.role == table::FileRole::kStatistics;
        GT_ASSIGN(const std::string path, table::to_path(file.location));
        if (data && path.starts_with(from_ + "/")) GT_RETURN_IF_ERROR(copy_file(path));
      }
    }
    return {};
  }

  Status copy_database(const std::vector<Pointer>& pointers) {
    const std::string target = to_.folder + "/" + names::kDatabaseName;
    const std::string fresh = target + ".relocating";
    for (const char* part : {"", "-wal", "-shm"})
      (void)files_.remove(fresh + part);  // Of a run that was killed.
    GT_RETURN_IF_ERROR(lake_.database().execute("VACUUM INTO ?", {fresh}));
    {
      GT_ASSIGN(const auto database, store::Database::open(fresh, {.must_exist = true}));
      GT_RETURN_IF_ERROR(set_pointers(*database, pointers, to_.warehouse));
    }
    std::error_code error;
    for (const char* part : {"-wal", ""}) {
      if (*part != '\0' && !fs::exists(fresh + part, error)) continue;
      fs::rename(fresh + part, target + part, error);
      if (error)
        return fail(ErrorKind::kIo, 7001, "cannot rename the file: " + error.message(), fresh + part);
    }
    return {};
  }

  const Lake& lake_;
  io::FileSystem& files_;
  std::string from_;
  LakePlace to_;
  RelocateReport report_;
};

}  // namespace

Result<RelocateReport> copy_lake(const Lake& lake, LakePlace to) {
  if (has_foreign_catalog(lake) || store::is_postgres_uri(lake.database_location())) {
    return fail(ErrorKind::kUsage, 5112, "this needs a catalog that is a file in the lake's folder",
                lake.root());
  }
  GT_ASSIGN(const auto lock, lake.lock_for_writing("relocate"));
  to.folder = absolute(to.folder);
  if (to.warehouse.empty()) to.warehouse = to.folder;
  return LakeCopy(lake, std::move(to)).run();
}

Result<RelocateReport> mend_moved_lake(const std::string& path, const LakeOptions& given) {
  LakeOptions options = given;
  if (options.filesystem == nullptr) options.filesystem = io::local_filesystem();
  if (options.clock == nullptr) options.clock = io::system_clock();
  const std::string root = absolute(path);
  const std::string database_path = root + "/" + names::kDatabaseName;
  if (!options.filesystem->info(root))
    return fail(ErrorKind::kNotFound, 5001, "there is no such folder", root);
  GT_RETURN_IF_ERROR(require_file_catalog(*options.filesystem, root, options.catalog));
  if (!options.filesystem->info(database_path))
    return fail(ErrorKind::kUsage, 5002, "this folder is not a lake (it has no catalog.db)", root);
  GT_ASSIGN(const WriterLock lock, WriterLock::acquire(root + "/" + names::kLockName, "relocate",
                                                       options.clock->now(), options.lock_timeout));
  GT_ASSIGN(const auto database, store::Database::open(database_path, {.must_exist = true}));
  GT_ASSIGN(const auto location, store::get_meta(*database, names::kLocationKey));
  if (!location)
    return fail(ErrorKind::kUsage, 5002, "this folder is not a lake (its making was cut short)", root);
  GT_ASSIGN(const std::string from, table::to_path(*location));
  RelocateReport report{.from = from, .to = root};
  if (from == root || io::is_s3_path(from)) {  // Data on S3 did not move with the folder.
    report.to = from;
    return report;
  }
  GT_ASSIGN(auto pointers, pointers_of(*database));
  GT_RETURN_IF_ERROR(
      move_tables({.from = from, .to = root, .moved_already = true}, options.filesystem, pointers, report));
  GT_RETURN_IF_ERROR(set_pointers(*database, pointers, root));
  return report;
}

}  // namespace goldtape::lake
