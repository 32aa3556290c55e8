#include "goldtape/lake/recover.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "goldtape/io/s3_options.h"
#include "goldtape/lake/catalog_choice.h"
#include "goldtape/lake/lake_names_internal.h"
#include "goldtape/lake/metadata_choice.h"
#include "goldtape/lake/table_folders.h"
#include "goldtape/lake/writer_lock.h"
#include "goldtape/store/database.h"
#include "goldtape/store/postgres_uri.h"
#include "goldtape/store/schema.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/location.h"
#include "goldtape/table/sql_catalog.h"

namespace goldtape::lake {

namespace {

namespace fs = std::filesystem;

constexpr const char* kNewSuffix = ".recovering";
/// The database and what SQLite keeps beside it; a log of the old one would spoil the new one.
constexpr const char* kParts[] = {"-wal", "-shm", ""};

Status rename_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error || error == std::errc::no_such_file_or_directory) return {};
  return fail(ErrorKind::kIo, 7001, fmt::format("cannot rename the file: {}", error.message()), from);
}

/// "bronze.bars" of ROOT/bronze/bars.
std::optional<table::TableName> name_of(const std::string& root, const std::string& folder) {
  std::string name = folder.substr(root.size() + 1);
  for (char& c : name) {
    if (c == '/') c = '.';
  }
  auto parsed = table::TableName::parse(name);
  if (!parsed) return std::nullopt;
  return *std::move(parsed);
}

class Recovery {
 public:
  Recovery(std::string root, LakeOptions options) : root_(std::move(root)), options_(std::move(options)) {
    if (options_.filesystem == nullptr) options_.filesystem = io::local_filesystem();
    if (options_.clock == nullptr) options_.clock = io::system_clock();
    report_.root = root_;
  }

  Result<RecoverReport> run(bool rebuild) {
    // What lies on S3 may have been made by a machine that is gone; its folder here is made anew.
    if (!options_.warehouse.empty()) GT_RETURN_IF_ERROR(options_.filesystem->create_directories(root_));
    if (!options_.filesystem->info(root_))
      return fail(ErrorKind::kNotFound, 5001, "there is no such folder", root_);
    GT_ASSIGN(choice_, choose_catalog(*options_.filesystem, root_, options_.catalog));
    if (rebuild && on_server()) {
      return fail(ErrorKind::kUsage, 5112,
                  "a database on a server is made anew by its own tools: name an empty one, then recover "
                  "without --rebuild",
                  choice_.database);
    }
    // A server's lock stands in its database, which must be there first.
    if (on_server()) GT_RETURN_IF_ERROR(store::Database::open(database_path()));
    GT_ASSIGN(const WriterLock lock,
              WriterLock::acquire(on_server() ? choice_.database : root_ + "/" + names::kLockName, "recover",
                                  options_.clock->now(), options_.lock_timeout));
    GT_ASSIGN(auto database, open_whole());
    GT_RETURN_IF_ERROR(find_warehouse(database.get()));
    if (rebuild) database = nullptr;
    if (!choice_.rest.empty()) {
      report_.catalog = choice_.rest;
      if (database == nullptr) GT_RETURN_IF_ERROR(make_anew());
      return std::move(report_);
    }
    GT_ASSIGN(folders_, table_folders(*options_.filesystem, warehouse_));
    if (folders_.empty()) {
      return fail(ErrorKind::kUsage, 5002, "there is nothing to recover: no table lies below this place",
                  warehouse_);
    }
    if (database != nullptr) {
      GT_RETURN_IF_ERROR(mend(database));
    } else {
      GT_RETURN_IF_ERROR(make_anew());
    }
    return std::move(report_);
  }

 private:
  /// Where the lake's data lie: as its own database says while it can, else as asked, else in the folder.
  Status find_warehouse(store::Database* database) {
    warehouse_ = options_.warehouse.empty() ? root_ : options_.warehouse;
    if (database == nullptr) return {};
    GT_ASSIGN(const auto location, store::get_meta(*database, names::kLocationKey));
    if (!location) return {};
    GT_ASSIGN(std::string said, table::to_path(*location));
    const bool takes = io::is_s3_path(said) && options_.warehouse.empty();
    if (on_server() && !takes && said != warehouse_) {
      return fail(ErrorKind::kUsage, 5006,
                  fmt::format("this database is that of the lake at {}; name an empty one", said),
                  choice_.database);
    }
    if (io::is_s3_path(said)) warehouse_ = std::move(said);
    return {};
  }

  [[nodiscard]] const std::string& database_path() const { return choice_.database; }
  [[nodiscard]] bool on_server() const { return store::is_postgres_uri(choice_.database); }

  [[nodiscard]] std::unique_ptr<table::SqlCatalog> catalog_of(
      const std::shared_ptr<store::Database>& database) const {
    return std::make_unique<table::SqlCatalog>(
        table::CatalogParts{database, options_.filesystem, options_.clock, warehouse_});
  }

  /// The database, if it is sound and a lake's; a server that does not answer is an error, and no reason to
  /// make anything anew.
  [[nodiscard]] Result<std::shared_ptr<store::Database>> open_whole() const {
    auto database = store::Database::open(database_path(), {.must_exist = !on_server()});
    if (!database && on_server()) return std::unexpected(database.error());
    if (!database) return nullptr;
    const auto faults = (*database)->verify();
    const auto version = store::get_meta(**database, names::kVersionKey);
    if (!faults || !faults->empty() || !version || !*version) return nullptr;
    return *std::move(database);
  }

  Status mend(const std::shared_ptr<store::Database>& database) {
    const auto catalog = catalog_of(database);
    GT_ASSIGN(const auto known, catalog->list_tables());
    for (const std::string& folder : folders_) {
      const auto name = name_of(warehouse_, folder);
      if (!name) continue;
      const bool listed = std::ranges::find(known, *name) != known.end();
      if (listed && catalog->load(*name)) {
        ++report_.tables_whole;
        continue;
      }
      GT_ASSIGN(const bool found, take(folder, *name));
      if (found) GT_RETURN_IF_ERROR(point(*database, *catalog, *name, listed));
    }
    return {};
  }

  /// Chooses the metadata of a folder; false when none is whole.
  Result<bool> take(const std::string& folder, const table::TableName& name) {
    auto choice = choose_metadata(*options_.filesystem, folder);
    if (!choice && choice.error().kind == ErrorKind::kDamaged) {
      report_.lost.push_back(folder + ": " + choice.error().message);
      return false;
    }
    GT_RETURN_IF_ERROR(choice);
    report_.tables.push_back({name.to_string(), choice->location, choice->metadata->current_snapshot_id,
                              std::move(choice->set_aside)});
    return true;
  }

  Status point(store::Database& database, table::SqlCatalog& catalog, const table::TableName& name,
               bool listed) const {
    const std::string& location = report_.tables.back().metadata_location;
    if (!listed) {
      GT_RETURN_IF_ERROR(catalog.register_table(name, location));
      return {};
    }
    GT_RETURN_IF_ERROR(database.execute(
        "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = metadata_location"
        " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?",
        {location, std::string(table::kCatalogName), name.space, name.name}));
    return {};
  }

  Status make_anew() {
    report_.database_rebuilt = true;
    if (on_server()) {
      GT_ASSIGN(const auto database, store::Database::open(database_path()));
      return fill(database);
    }
    const std::string fresh = database_path() + kNewSuffix;
    for (const char* part : kParts)
      (void)options_.filesystem->remove(fresh + part);  // Of a run that was killed.
    {
      GT_ASSIGN(const auto database, store::Database::open(fresh));
      GT_RETURN_IF_ERROR(fill(database));
    }
    return take_place(fresh);
  }

  /// Pointers, where they are ours, and what makes the database a lake's.
  Status fill(const std::shared_ptr<store::Database>& database) {
    const auto catalog = catalog_of(database);
    for (const std::string& folder : folders_) {
      const auto name = name_of(warehouse_, folder);
      if (!name) continue;
      GT_ASSIGN(const bool found, take(folder, *name));
      if (found) GT_RETURN_IF_ERROR(point(*database, *catalog, *name, false));
    }
    if (report_.tables.empty() && choice_.rest.empty()) {
      return fail(ErrorKind::kDamaged, 5111,
                  "no table has a metadata file that is whole: " + report_.lost.front(), warehouse_);
    }
    GT_ASSIGN(store::Transaction transaction, database->begin());
    GT_RETURN_IF_ERROR(store::set_meta(transaction, names::kIdKey, table::new_uuid()));
    GT_RETURN_IF_ERROR(store::set_meta(transaction, names::kLocationKey, table::to_location(warehouse_)));
    GT_RETURN_IF_ERROR(store::set_meta(transaction, names::kVersionKey, std::to_string(kLakeVersion)));
    return transaction.commit();
  }

  Status take_place(const std::string& fresh) {
    std::string stamp = format_timestamp(std::chrono::floor<std::chrono::seconds>(options_.clock->now()));
    std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
    const std::string aside = database_path() + ".damaged-" + stamp;
    for (const char* part : kParts) {
      if (!options_.filesystem->info(database_path() + part)) continue;
      report_.old_database = aside;
      GT_RETURN_IF_ERROR(rename_file(database_path() + part, aside + part));
    }
    for (const char* part : kParts) GT_RETURN_IF_ERROR(rename_file(fresh + part, database_path() + part));
    return {};
  }

  std::string root_;
  CatalogChoice choice_;
  std::string warehouse_;  ///< Of raw answers and tables.
  LakeOptions options_;
  std::vector<std::string> folders_;
  RecoverReport report_;
};

}  // namespace

Result<RecoverReport> recover(const std::string& path, const RecoverOptions& options) {
  std::error_code error;
  std::string root = fs::weakly_canonical(fs::absolute(path, error), error).string();
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  return Recovery(std::move(root), options.lake).run(options.rebuild);
}

}  // namespace goldtape::lake
