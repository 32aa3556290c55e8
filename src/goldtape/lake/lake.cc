#include "goldtape/lake/lake.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "goldtape/base/config.h"
#include "goldtape/io/s3_filesystem.h"
#include "goldtape/io/scheme_filesystem.h"
#include "goldtape/lake/catalog_choice.h"
#include "goldtape/lake/lake_names_internal.h"
#include "goldtape/lake/lake_tables.h"
#include "goldtape/store/postgres_uri.h"
#include "goldtape/store/schema.h"
#include "goldtape/table/location.h"
#include "goldtape/table/rest_catalog.h"
#include "goldtape/table/sql_catalog.h"

namespace goldtape::lake {

using namespace names;

namespace {

constexpr std::string_view kConfigText =
    "# Settings of this lake. GOLDTAPE_* environment variables override them, command line flags override "
    "both.\n"
    "# `goldtape init --help` lists them; an unknown key is an error.\n";

LakeOptions with_defaults(LakeOptions options) {
  if (options.filesystem == nullptr) {
    options.filesystem =
        io::scheme_filesystem(io::local_filesystem(), []() -> Result<std::shared_ptr<io::FileSystem>> {
          GT_ASSIGN(const io::S3Options s3, io::S3Options::from(Config{}, process_environment()));
          return io::s3_filesystem(s3);
        });
  }
  if (options.clock == nullptr) options.clock = io::system_clock();
  return options;
}

std::string absolute_path(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path full =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  if (ignored) full = path;
  std::string text = full.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::unexpected<Error> not_a_lake(const std::string& root, std::string_view why) {
  return fail(ErrorKind::kUsage, 5002,
              fmt::format("this folder is not a lake ({}); `goldtape --lake {} init` makes one", why, root),
              root);
}

Result<bool> exists(io::FileSystem& files, const std::string& path) {
  const auto info = files.info(path);
  if (info) return true;
  if (info.error().kind == ErrorKind::kNotFound) return false;
  return std::unexpected(info.error());
}

std::string join(const std::string& root, std::string_view relative) {
  return fmt::format("{}/{}", root == "/" ? "" : root, relative);
}

bool writable(const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }

/// Nothing for a lake without a version: one whose making was cut short.
Result<std::optional<std::int64_t>> lake_version(store::Database& database, const std::string& root) {
  GT_ASSIGN(const auto text, store::get_meta(database, kVersionKey));
  if (!text) return std::nullopt;
  const std::int64_t version = store::int_of(store::Value{*text});
  if (version > kLakeVersion) {
    return fail(
        ErrorKind::kUnsupported, 5003,
        fmt::format("this lake is of version {}; this program knows versions up to {}. Use a newer goldtape",
                    *text, kLakeVersion),
        root);
  }
  return version;
}

/// Where the lake's data lie, by what it says itself; nothing for a lake whose making was cut short.
Result<std::optional<std::string>> find_warehouse(store::Database& database, const std::string& root) {
  GT_ASSIGN(const auto location, store::get_meta(database, kLocationKey));
  if (!location) return std::nullopt;
  GT_ASSIGN(std::string made_at, table::to_path(*location));
  if (io::is_s3_path(made_at)) return made_at;
  if (made_at == root || absolute_path(made_at) == root) return root;
  return fail(
      ErrorKind::kUsage, 5006,
      fmt::format("this lake was made at {} and its tables name their files there. Move it back, or put it "
                  "right with `goldtape relocate --in-place`",
                  made_at),
      root);
}

Status require_empty(io::FileSystem& files, const std::string& warehouse) {
  const auto entries = files.list(warehouse, false);
  if (!entries && entries.error().kind == ErrorKind::kNotFound) return {};
  GT_RETURN_IF_ERROR(entries);
  if (entries->empty()) return {};
  return fail(ErrorKind::kUsage, 5004,
              "there are files already where the data of the new lake shall lie; name another prefix",
              warehouse);
}

/// The warehouse that a lake is made with: what it has already, or what is asked for. It is written down
/// before anything lies there, so that a making that was cut short is completed in the same place.
Result<std::string> choose_warehouse(store::Database& database, const std::string& root, std::string asked,
                                     io::FileSystem& files) {
  while (asked.ends_with('/')) asked.pop_back();
  if (!asked.empty()) GT_RETURN_IF_ERROR(io::parse_s3_path(asked));
  GT_ASSIGN(const auto there, find_warehouse(database, root));
  if (there && !asked.empty() && *there != asked) {
    return fail(ErrorKind::kUsage, 7110,
                fmt::format("the data of this lake lie in {}, not in {}; a warehouse does not move by init",
                            *there, asked),
                root);
  }
  if (there) return *there;
  if (!asked.empty()) GT_RETURN_IF_ERROR(require_empty(files, asked));
  std::string chosen = asked.empty() ? root : asked;
  GT_ASSIGN(store::Transaction transaction, database.begin());
  GT_RETURN_IF_ERROR(store::set_meta(transaction, kLocationKey, table::to_location(chosen)));
  GT_RETURN_IF_ERROR(transaction.commit());
  return chosen;
}

/// A folder that is to become a lake must be empty, or one already.
Status check_folder(io::FileSystem& files, const std::string& root) {
  GT_ASSIGN(const bool there, exists(files, root));
  if (!there) return {};
  GT_ASSIGN(const io::FileInfo info, files.info(root));
  if (!info.is_directory) return fail(ErrorKind::kUsage, 5004, "a file is in the way of the lake", root);
  GT_ASSIGN(const auto entries, files.list(root, false));
  bool other = false;
  for (const io::FileInfo& entry : entries) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    if (name == kConfigName || name == kDatabaseName) return {};
    other = other || name != kLockName;
  }
  if (!other) return {};
  return fail(
      ErrorKind::kUsage, 5004,
      "this folder holds other things and is not a lake; name an empty folder or one that does not exist",
      root);
}

Status sign(store::Database& database) {
  GT_ASSIGN(store::Transaction transaction, database.begin());
  GT_RETURN_IF_ERROR(store::set_meta(transaction, kIdKey, table::new_uuid()));
  GT_RETURN_IF_ERROR(store::set_meta(transaction, kVersionKey, std::to_string(kLakeVersion)));
  return transaction.commit();
}

std::string config_text(const LakeOptions& options) {
  std::string text = std::string(kConfigText) + options.settings;
  if (!options.catalog.empty()) {
    // A JSON string is a TOML string too.
    text += fmt::format("\n[catalog]\nuri = {}\n", nlohmann::json(options.catalog).dump());
  }
  return text;
}

}  // namespace

struct Lake::Impl {
  std::string root;
  std::string warehouse;
  std::string database_location;
  std::string rest;  // Of a catalog that is somebody else's server.
  LakeOptions options;
  bool read_only = false;
  std::shared_ptr<store::Database> database;
  std::unique_ptr<table::Catalog> catalog;

  [[nodiscard]] std::string lock_location() const {
    return store::is_postgres_uri(database_location) ? database_location : join(root, kLockName);
  }

  Status choose() {
    GT_ASSIGN(CatalogChoice choice, choose_catalog(*options.filesystem, root, options.catalog));
    database_location = std::move(choice.database);
    rest = std::move(choice.rest);
    return {};
  }

  Status open_catalog() {
    table::CatalogParts parts{database, options.filesystem, options.clock, warehouse};
    if (rest.empty()) {
      catalog = std::make_unique<table::SqlCatalog>(std::move(parts));
      return {};
    }
    GT_ASSIGN(auto how, rest_options(rest, process_environment()));
    auto opened = table::RestCatalog::open(std::move(parts), std::move(how));
    if (!opened) return std::unexpected(opened.error().while_doing("opening the catalog " + rest));
    catalog = *std::move(opened);
    return {};
  }
};

Lake::Lake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lake::Lake(Lake&&) noexcept = default;
Lake& Lake::operator=(Lake&&) noexcept = default;
Lake::~Lake() = default;

Result<CreateReport> Lake::create(const std::string& path, const LakeOptions& given) {
  auto impl = std::make_unique<Impl>();
  impl->options = with_defaults(given);
  impl->root = absolute_path(path);
  io::FileSystem& files = *impl->options.filesystem;
  const std::string& root = impl->root;
  GT_RETURN_IF_ERROR(check_folder(files, root));
  GT_RETURN_IF_ERROR(files.create_directories(root));
  GT_RETURN_IF_ERROR(require_same_catalog(files, root, impl->options.catalog));
  GT_RETURN_IF_ERROR(impl->choose());
  const bool in_folder = !store::is_postgres_uri(impl->database_location);
  // A server's lock stands in its database, which must be there first.
  if (!in_folder) {
    GT_ASSIGN(impl->database, store::Database::open(impl->database_location));
  }
  GT_ASSIGN(const WriterLock lock,
            WriterLock::acquire(impl->lock_location(), "init", impl->options.clock->now(),
                                impl->options.lock_timeout));
  GT_ASSIGN(const bool configured, exists(files, join(root, kConfigName)));
  if (!configured) {
    GT_RETURN_IF_ERROR(files.write(join(root, kConfigName), config_text(impl->options),
                                   {.overwrite = false, .durable = true}));
  }
  if (in_folder) {
    GT_ASSIGN(impl->database, store::Database::open(impl->database_location));
  }
  GT_ASSIGN(const auto version, lake_version(*impl->database, root));
  GT_ASSIGN(impl->warehouse, choose_warehouse(*impl->database, root, impl->options.warehouse, files));
  GT_RETURN_IF_ERROR(impl->open_catalog());
  CreateReport report{
      .root = root, .warehouse = impl->warehouse, .lake_created = !version, .tables_created = {}};
  GT_ASSIGN(report.tables_created, create_missing_tables(*impl->catalog));
  GT_ASSIGN(report.calendar_filled, fill_calendar(*impl->catalog, calendar::xnys()));
  if (!version) GT_RETURN_IF_ERROR(sign(*impl->database));
  return report;
}

Result<Lake> Lake::open(const std::string& path, const LakeOptions& given) {
  auto impl = std::make_unique<Impl>();
  impl->options = with_defaults(given);
  impl->root = absolute_path(path);
  const std::string& root = impl->root;
  io::FileSystem& files = *impl->options.filesystem;
  GT_ASSIGN(const bool there, exists(files, root));
  if (!there) {
    return fail(ErrorKind::kNotFound, 5001,
                fmt::format("there is no such folder; `goldtape --lake {} init` makes a lake there", root),
                root);
  }
  GT_RETURN_IF_ERROR(impl->choose());
  const std::string& database = impl->database_location;
  impl->read_only = !writable(root);
  if (!store::is_postgres_uri(database)) {
    GT_ASSIGN(const bool has_database, exists(files, database));
    if (!has_database) return not_a_lake(root, fmt::format("it has no {}", kDatabaseName));
    impl->read_only = impl->read_only || !writable(database);
  }
  GT_ASSIGN(impl->database,
            store::Database::open(database, {.read_only = impl->read_only, .must_exist = true}));
  GT_ASSIGN(const auto version, lake_version(*impl->database, root));
  if (!version) return not_a_lake(root, "its making was cut short");
  GT_ASSIGN(const auto warehouse, find_warehouse(*impl->database, root));
  impl->warehouse = warehouse.value_or(root);
  GT_RETURN_IF_ERROR(impl->open_catalog());
  return Lake(std::move(impl));
}

const std::string& Lake::root() const { return impl_->root; }
const std::string& Lake::warehouse() const { return impl_->warehouse; }
std::string Lake::path(std::string_view relative) const { return join(impl_->warehouse, relative); }
std::string Lake::config_path() const { return join(impl_->root, kConfigName); }
bool Lake::read_only() const { return impl_->read_only; }
const std::string& Lake::database_location() const { return impl_->database_location; }
io::FileSystem& Lake::filesystem() const { return *impl_->options.filesystem; }
const std::shared_ptr<io::FileSystem>& Lake::shared_filesystem() const { return impl_->options.filesystem; }
io::Clock& Lake::clock() const { return *impl_->options.clock; }
store::Database& Lake::database() const { return *impl_->database; }
table::Catalog& Lake::catalog() const { return *impl_->catalog; }

Status Lake::require_writable(std::string_view command) const {
  if (!impl_->read_only) return {};
  return fail(ErrorKind::kIo, 5005,
              fmt::format("`{}` changes the lake, and this folder cannot be written by this user", command),
              impl_->root);
}

Result<WriterLock> Lake::lock_for_writing(std::string_view command) const {
  GT_RETURN_IF_ERROR(require_writable(command));
  return WriterLock::acquire(impl_->lock_location(), command, clock().now(), impl_->options.lock_timeout);
}

}  // namespace goldtape::lake
