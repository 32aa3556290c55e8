#include "goldtape/lake/table_folders.h"

#include <algorithm>

namespace goldtape::lake {

namespace {

Result<bool> holds_metadata(io::FileSystem& files, const std::string& folder) {
  const auto entries = files.list(folder + "/metadata", false);
  if (!entries && entries.error().kind == ErrorKind::kNotFound) return false;
  GT_RETURN_IF_ERROR(entries);
  return std::ranges::any_of(*entries,
                             [](const io::FileInfo& file) { return file.path.ends_with(".metadata.json"); });
}

/// A zone holds folders of tables; inside a table there is none to look for.
Status look_into(io::FileSystem& files, const std::string& folder, int depth, std::vector<std::string>& out) {
  constexpr int kMaxDepth = 8;
  GT_ASSIGN(const bool is_table, holds_metadata(files, folder));
  if (is_table) out.push_back(folder);
  if (is_table || depth == kMaxDepth) return {};
  const auto entries = files.list(folder, false);
  // A folder may go while it is looked for; some S3 services list one whose objects are all removed.
  if (!entries && entries.error().kind == ErrorKind::kNotFound && depth > 0) return {};
  GT_RETURN_IF_ERROR(entries);
  for (const io::FileInfo& entry : *entries) {
    const bool raw = depth == 0 && entry.path.ends_with("/raw");
    if (entry.is_directory && !raw) GT_RETURN_IF_ERROR(look_into(files, entry.path, depth + 1, out));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> table_folders(io::FileSystem& files, std::string_view root) {
  std::vector<std::string> folders;
  GT_RETURN_IF_ERROR(look_into(files, std::string(root), 0, folders));
  std::ranges::sort(folders);
  return folders;
}

}  // namespace goldtape::lake
