#include "goldtape/table/refs.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::table {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

Status check_not_main(std::string_view name, std::string_view table) {
  if (name != kMainBranch) return {};
  return fail(ErrorKind::kUsage, 5101,
              "the branch main is the table itself; `goldtape rollback` moves it, and it cannot be dropped",
              std::string(table));
}

Result<bool> put(TableMetadata& metadata, const std::string& table, const std::string& name,
                 const SnapshotRef& ref, bool replace) {
  GT_RETURN_IF_ERROR(check_ref_name(name));
  GT_RETURN_IF_ERROR(check_not_main(name, table));
  if (metadata.find_snapshot(ref.snapshot_id) == nullptr) {
    return fail(
        ErrorKind::kNotFound, 4015,
        fmt::format("there is no snapshot {}; `goldtape snapshots {}` lists them", ref.snapshot_id, table),
        table);
  }
  const auto there = metadata.refs.find(name);
  if (there == metadata.refs.end()) {
    metadata.refs.emplace(name, ref);
    return true;
  }
  if (there->second == ref) return false;
  if (!replace) {
    return fail(
        ErrorKind::kAlreadyExists, 5103,
        fmt::format("'{}' names snapshot {} already; --replace moves it", name, there->second.snapshot_id),
        table);
  }
  there->second = ref;
  return true;
}

}  // namespace

Status check_ref_name(std::string_view name) {
  const bool starts_well =
      !name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) != 0 || name[0] == '_');
  if (starts_well && name.size() <= kMaxNameBytes && std::ranges::all_of(name, is_name_byte)) return {};
  return fail(ErrorKind::kUsage, 5101,
              fmt::format("'{}' is no name for a tag or branch: letters, digits, '_', '-' and '.', "
                          "beginning with a letter",
                          name.substr(0, kMaxNameBytes)));
}

void set_ref(Commit& commit, const Table& table, std::string name, SnapshotRef ref, bool replace) {
  commit.edit(table, [of = table.name().to_string(), name = std::move(name), ref = std::move(ref),
                      replace](TableMetadata& metadata) { return put(metadata, of, name, ref, replace); });
}

void drop_ref(Commit& commit, const Table& table, std::string name) {
  commit.edit(
      table,
      [of = table.name().to_string(), name = std::move(name)](TableMetadata& metadata) -> Result<bool> {
        GT_RETURN_IF_ERROR(check_not_main(name, of));
        GT_RETURN_IF_ERROR(find_ref(metadata, name, of));
        metadata.refs.erase(name);
        return true;
      });
}

Result<SnapshotRef> find_ref(const TableMetadata& metadata, std::string_view name, std::string_view table) {
  if (const auto at = metadata.refs.find(std::string(name)); at != metadata.refs.end()) return at->second;
  std::vector<std::string_view> names;
  for (const auto& [known, ref] : metadata.refs) names.push_back(known);
  return fail(ErrorKind::kNotFound, 5102,
              fmt::format("{} has no tag or branch '{}'{}", table, name, did_you_mean(name, names)));
}

}  // namespace goldtape::table
