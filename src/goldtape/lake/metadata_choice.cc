#include "goldtape/lake/metadata_choice.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/location.h"
#include "goldtape/table/reachable.h"
#include "goldtape/table/table_metadata_json.h"

namespace goldtape::lake {

namespace {

struct Candidate {
  std::string path;
  int version = 0;
  bool followed = false;  ///< A later file names it as its predecessor: it was committed.
  std::shared_ptr<const table::TableMetadata> metadata;
};

/// "00004-uuid.metadata.json" and Spark's "v4.metadata.json" -> 4.
int version_of(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.starts_with('v')) name.remove_prefix(1);
  int version = 0;
  std::from_chars(name.data(), name.data() + name.size(), version);
  return version;
}

Status check_whole(io::FileSystem& files, const std::string& folder, const Candidate& candidate) {
  const table::TableMetadata& metadata = *candidate.metadata;
  if (table::normalise_location(metadata.location) != table::normalise_location(folder)) {
    return fail(ErrorKind::kDamaged, 5111, "it is of a table at " + metadata.location, candidate.path);
  }
  GT_RETURN_IF_ERROR(table::reachable_files(table::to_location(candidate.path), metadata, files));
  if (!metadata.current_snapshot_id) return {};
  table::FileSet current;
  GT_RETURN_IF_ERROR(table::add_snapshot_files(
      metadata, files, {.snapshots = {*metadata.current_snapshot_id}, .all = false}, current));
  for (const auto& [normal, file] : current.files()) {
    GT_ASSIGN(const std::string path, table::to_path(file.location));
    GT_RETURN_IF_ERROR(files.info(path));
  }
  return {};
}

}  // namespace

Result<MetadataChoice> choose_metadata(io::FileSystem& files, const std::string& folder) {
  GT_ASSIGN(const auto entries, files.list(folder + "/metadata", false));
  MetadataChoice choice;
  std::vector<Candidate> candidates;
  std::set<std::string> logged;
  for (const io::FileInfo& entry : entries) {
    if (!entry.path.ends_with(".metadata.json")) continue;
    ++choice.candidates;
    const auto text = files.read(entry.path);
    const auto parsed = text ? table::parse_table_metadata(*text) : std::unexpected(text.error());
    if (!parsed) {
      choice.set_aside.push_back(fmt::format("{}: {}", entry.path, parsed.error().message));
      continue;
    }
    for (const auto& log : parsed->metadata_log) logged.insert(table::normalise_location(log.metadata_file));
    candidates.push_back(
        {entry.path, version_of(entry.path), false, std::make_shared<const table::TableMetadata>(*parsed)});
  }
  for (Candidate& candidate : candidates)
    candidate.followed = logged.contains(table::normalise_location(candidate.path));
  std::ranges::sort(candidates, std::greater{}, [](const Candidate& c) {
    return std::tuple(c.version, c.followed, c.metadata->last_updated_ms, c.path);
  });
  for (const Candidate& candidate : candidates) {
    if (const Status whole = check_whole(files, folder, candidate); !whole) {
      choice.set_aside.push_back(fmt::format("{}: {}", candidate.path, whole.error().message));
      continue;
    }
    choice.location = table::to_location(candidate.path);
    choice.metadata = candidate.metadata;
    return choice;
  }
  return fail(ErrorKind::kDamaged, 5111,
              fmt::format("none of {} metadata files is whole; the newest: {}", choice.candidates,
                          choice.set_aside.empty() ? "none" : choice.set_aside.back()),
              folder);
}

}  // namespace goldtape::lake
