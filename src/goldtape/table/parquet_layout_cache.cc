#include <cstring>

#include <fmt/format.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>

#include "goldtape/table/file_identity_internal.h"
#include "goldtape/table/lru_cache_internal.h"
#include "goldtape/table/parquet_input_internal.h"
#include "goldtape/table/parquet_layout_internal.h"

namespace goldtape::table::internal {
namespace {

constexpr std::size_t kCacheBytes = 256U << 20U;
// Enough for the footer of most files of ours, so that one read brings it.
constexpr std::int64_t kTailBytes = 64 << 10;
constexpr std::int64_t kEndBytes = 8;  // The footer's length and "PAR1".

LruCache<ParquetLayout>& cache() {
  static LruCache<ParquetLayout> layouts(kCacheBytes);
  return layouts;
}

struct Wanted {
  std::string path;
  std::int64_t bytes = 0;
  FileIdentity identity;
  std::string tail;
  std::int64_t footer_bytes = 0;
};

Result<FileIdentity> identify_data(io::FileSystem& filesystem, const std::string& path, std::int64_t bytes) {
  auto file = identify(filesystem, path);
  if (!file) {
    if (file.error().kind == ErrorKind::kNotFound) return unreadable(path, "it is missing");
    return file;
  }
  if (file->bytes >= 0 && file->bytes != bytes) {
    return unreadable(path,
                      fmt::format("it has {} bytes where the table's metadata says {}", file->bytes, bytes));
  }
  return file;
}

Status read_tails(io::FileSystem& filesystem, std::vector<Wanted*>& files) {
  std::vector<io::FileRange> ranges;
  for (const Wanted* file : files) {
    const std::int64_t length = std::max(std::min(kTailBytes, file->bytes), file->footer_bytes + kEndBytes);
    ranges.push_back(
        {file->path, static_cast<std::uint64_t>(file->bytes - length), static_cast<std::uint64_t>(length)});
  }
  auto tails = filesystem.read_many(ranges);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!tails[i]) return std::unexpected<Error>(tails[i].error());
    if (tails[i]->size() != ranges[i].length) return unreadable(files[i]->path, "it is cut");
    files[i]->tail = *std::move(tails[i]);
  }
  return {};
}

// The footer's length, or why there is none.
Status measure_footer(Wanted& file) {
  const std::string_view end = std::string_view(file.tail).substr(file.tail.size() - kEndBytes);
  if (end.substr(4) != "PAR1") return unreadable(file.path, "it does not end as a Parquet file does");
  std::uint32_t length = 0;
  std::memcpy(&length, end.data(), sizeof(length));
  if (static_cast<std::int64_t>(length) > file.bytes - kEndBytes) {
    return unreadable(file.path, fmt::format("its footer claims {} bytes of {}", length, file.bytes));
  }
  file.footer_bytes = length;
  return {};
}

Result<std::shared_ptr<const ParquetLayout>> parse(const Wanted& file) {
  const auto length = static_cast<std::size_t>(file.footer_bytes);
  const std::string_view footer =
      std::string_view(file.tail).substr(file.tail.size() - kEndBytes - length, length);
  try {
    return std::make_shared<const ParquetLayout>(footer, file.bytes);
  } catch (const parquet::ParquetException& exception) {
    return unreadable(file.path, exception.what());
  }
}

}  // namespace

Result<std::vector<std::shared_ptr<const ParquetLayout>>> load_layouts(
    io::FileSystem& filesystem, const std::vector<std::pair<std::string, std::int64_t>>& paths_and_bytes) {
  std::vector<std::shared_ptr<const ParquetLayout>> layouts(paths_and_bytes.size());
  std::vector<Wanted> wanted(paths_and_bytes.size());
  std::vector<Wanted*> missing;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    wanted[i].path = paths_and_bytes[i].first;
    wanted[i].bytes = paths_and_bytes[i].second;
    GT_ASSIGN(wanted[i].identity, identify_data(filesystem, wanted[i].path, wanted[i].bytes));
    layouts[i] = cache().find(wanted[i].identity.key);
    if (layouts[i] != nullptr) continue;
    if (wanted[i].bytes <= kEndBytes) return unreadable(wanted[i].path, "it is too short to be Parquet");
    missing.push_back(&wanted[i]);
  }
  GT_RETURN_IF_ERROR(read_tails(filesystem, missing));
  std::vector<Wanted*> longer;
  for (Wanted* file : missing) {
    GT_RETURN_IF_ERROR(measure_footer(*file));
    if (file->footer_bytes + kEndBytes > std::ssize(file->tail)) longer.push_back(file);
  }
  GT_RETURN_IF_ERROR(read_tails(filesystem, longer));
  for (Wanted* file : missing) {
    GT_ASSIGN(auto layout, parse(*file));
    if (file->identity.settled) cache().put(file->identity.key, layout, layout->weight());
    layouts[static_cast<std::size_t>(file - wanted.data())] = std::move(layout);
  }
  return layouts;
}

}  // namespace goldtape::table::internal
