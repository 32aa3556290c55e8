#include "goldtape/lake/delta_export.h"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "goldtape/io/s3_options.h"
#include "goldtape/lake/delta_log_internal.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/location.h"

namespace goldtape::lake {

namespace {

namespace fs = std::filesystem;
using internal::DeltaShape;
using internal::DeltaState;

std::unexpected<Error> wrong_folder(const std::string& folder, std::string why) {
  return fail(ErrorKind::kUsage, 5133, std::move(why) + "; name another folder", folder);
}

class DeltaWriter {
 public:
  DeltaWriter(const Lake& lake, table::Table table, std::string folder)
      : lake_(lake), table_(std::move(table)), folder_(std::move(folder)) {}

  Result<DeltaExport> run() {
    GT_ASSIGN(shape_, internal::delta_shape(table_));
    GT_RETURN_IF_ERROR(list_files());
    GT_RETURN_IF_ERROR(read_log());
    GT_RETURN_IF_ERROR(link_data());
    GT_RETURN_IF_ERROR(write_version());
    return std::move(report_);
  }

 private:
  Status list_files() {
    report_.path = folder_;
    report_.snapshot_id = table_.current_snapshot_id();
    const table::Snapshot* snapshot = table_.metadata().current_snapshot();
    if (snapshot == nullptr) return {};
    GT_ASSIGN(const auto manifests, table_.manifests(*snapshot));
    for (const table::ManifestFile& manifest : manifests) {
      if (manifest.deletes && manifest.added_files_count + manifest.existing_files_count > 0) {
        return fail(ErrorKind::kUnsupported, 5131,
                    "Delta Lake cannot show this table: it has delete files; `goldtape compact` applies them",
                    table_.name().to_string());
      }
      if (manifest.deletes) continue;
      GT_ASSIGN(auto entries, table_.live_entries(manifest));
      for (table::ManifestEntry& entry : entries) {
        GT_ASSIGN(std::string path, internal::delta_path(table_, entry.file));
        report_.rows += entry.file.record_count;
        files_.emplace(std::move(path), std::move(entry.file));
      }
    }
    report_.files = std::ssize(files_);
    return {};
  }

  [[nodiscard]] std::string log_file(std::int64_t version) const {
    return fmt::format("{}/_delta_log/{:020}.json", folder_, version);
  }

  /// Replays whatever versions there are, from 0 on.
  Status read_log() {
    io::FileSystem& files = lake_.filesystem();
    while (true) {
      const std::string path = log_file(state_.version + 1);
      const auto text = files.read(path);
      if (!text && text.error().kind != ErrorKind::kNotFound) return std::unexpected(text.error());
      if (!text) break;
      GT_RETURN_IF_ERROR(internal::replay_delta(*text, path, state_));
      ++state_.version;
    }
    if (state_.version < 0) return require_no_log();
    if (state_.table_uuid != table_.metadata().table_uuid)
      return wrong_folder(folder_, "the folder holds another Delta table");
    if (state_.foreign) return wrong_folder(folder_, "another program has written to this Delta table");
    return {};
  }

  /// A log whose first versions were cleaned away is not ours to go on with.
  Status require_no_log() const {
    const auto entries = lake_.filesystem().list(folder_ + "/_delta_log", false);
    if (entries && !entries->empty())
      return wrong_folder(folder_, "the folder holds a Delta log without its beginning");
    return {};
  }

  Status link_data() const {
    GT_ASSIGN(const std::string root, table::to_path(table_.metadata().location));
    const std::string link = folder_ + "/data";
    GT_RETURN_IF_ERROR(lake_.filesystem().create_directories(folder_ + "/_delta_log"));
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    if (!error && target == root + "/data") return {};
    fs::create_directory_symlink(root + "/data", link, error);
    if (error)
      return wrong_folder(folder_, fmt::format("its data cannot become a link: {}", error.message()));
    return {};
  }

  /// What differs, as one version; nothing when nothing does.
  Status write_version() {
    const std::int64_t now_ms = to_micros(lake_.clock().now()) / 1000;
    const bool anew = state_.version < 0 || state_.shape != shape_;
    std::string lines;
    const auto put = [&](const std::string& line) { lines += line + "\n"; };
    if (state_.version < 0 || state_.shape.needs_timestamp_ntz != shape_.needs_timestamp_ntz)
      put(internal::protocol_action(shape_));
    if (anew) put(internal::metadata_action(table_, shape_));
    for (const auto& [path, size] : state_.files) {
      if (files_.contains(path)) continue;
      put(internal::remove_action(path, size, now_ms));
      ++report_.files_removed;
    }
    const bool parted_anew = state_.shape.partition_columns != shape_.partition_columns;
    for (const auto& [path, file] : files_) {
      const bool is_new = !state_.files.contains(path);
      if (!is_new && !parted_anew) continue;  // An add of a known path replaces what was said of it.
      put(internal::add_action(table_, shape_, file, path, now_ms));
      if (is_new) ++report_.files_added;
    }
    report_.version = state_.version;
    if (lines.empty()) return {};
    put(internal::commit_action(report_.snapshot_id.value_or(-1), now_ms));
    report_.changed = true;
    ++report_.version;
    const std::string path = log_file(report_.version);
    const Status written = lake_.filesystem().write(path, lines, {.overwrite = false, .durable = true});
    if (!written && written.error().kind == ErrorKind::kAlreadyExists)
      return fail(ErrorKind::kConflict, 5134, "another export wrote this version first; run it again", path);
    return written;
  }

  const Lake& lake_;
  table::Table table_;
  std::string folder_;
  DeltaShape shape_;
  DeltaState state_;
  std::map<std::string, table::DataFile> files_;  ///< By path relative to the table.
  DeltaExport report_;
};

}  // namespace

Result<DeltaExport> export_delta(const Lake& lake, const std::string& table, const std::string& folder) {
  std::error_code error;
  std::string path = fs::weakly_canonical(fs::absolute(folder, error), error).string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if ((path + "/").starts_with(lake.root() + "/"))
    return wrong_folder(path, "the folder lies in the lake, where the log would be an orphan");
  GT_ASSIGN(table::Table loaded, lake.catalog().load(table));
  if (io::is_s3_path(lake.warehouse())) {
    return fail(
        ErrorKind::kUnsupported, 5131,
        "Delta Lake cannot show this table: its files lie on S3, and the log names files beside it by links; "
        "`goldtape relocate` copies the lake to a folder",
        table);
  }
  return DeltaWriter(lake, std::move(loaded), std::move(path)).run();
}

}  // namespace goldtape::lake
