#include <algorithm>
#include <atomic>
#include <span>

#include <parquet/exception.h>

#include "goldtape/io/s3_options.h"
#include "goldtape/table/page_groups_internal.h"
#include "goldtape/table/parquet_input_internal.h"
#include "goldtape/table/work_sharing_internal.h"

namespace goldtape::table::internal {
namespace {

// So few groups are looked through before another thread is awake.
constexpr std::size_t kGroupsAlone = 6;
// Reading so much that is not wanted is cheaper than another read.
constexpr std::int64_t kJoinBytes = 1 << 10, kJoinRemoteBytes = 8 << 10;

// Columns of a file by what the table wants; false when one is not there as the table has it.
bool find_columns(const ParquetLayout& layout, const std::vector<Field>& fields,
                  std::vector<const LayoutColumn*>& out) {
  for (const Field& field : fields) {
    const LayoutColumn* column = layout.find(field.id);
    if (column == nullptr || !(column->type == field.type)) return false;
    out.push_back(column);
  }
  return true;
}

bool find_columns(const ParquetLayout& layout, const BoundExpression& filter, const Schema& schema,
                  std::vector<const LayoutColumn*>& out) {
  std::vector<Field> fields;
  for (const std::int32_t id : filter.field_ids()) {
    const Field* field = schema.find(id);
    if (field == nullptr) return false;
    fields.push_back(*field);
  }
  return find_columns(layout, fields, out);
}

// The pages that hold rows of the range.
std::span<const PagePlace> places_of(const ChunkPages& pages, const RowRange& range) {
  const auto& all = pages.places;
  const auto first = std::partition_point(
      all.begin(), all.end(), [&](const PagePlace& place) { return place.rows.end <= range.begin; });
  const auto last = std::partition_point(
      first, all.end(), [&](const PagePlace& place) { return place.rows.begin < range.end; });
  return {first, last};
}

io::FileRange file_range(const std::string& path, const ByteRange& range) {
  return {path, static_cast<std::uint64_t>(range.offset), static_cast<std::uint64_t>(range.bytes)};
}

Result<std::vector<std::string>> read(io::FileSystem& filesystem, const std::vector<io::FileRange>& ranges) {
  std::vector<std::string> bytes;
  bytes.reserve(ranges.size());
  for (auto& piece : filesystem.read_many(ranges)) {
    if (!piece) return std::unexpected<Error>(piece.error());
    const io::FileRange& range = ranges[bytes.size()];
    if (piece->size() != range.length) return unreadable(range.path, "it is cut");
    bytes.push_back(*std::move(piece));
  }
  return bytes;
}

// Gives a column's ranges their bytes, which follow one another.
template <typename NextBytes>
void hand_out(ColumnPages& column, NextBytes&& next_bytes) {
  column.bytes.clear();
  column.bytes.reserve(column.ranges.size());
  for (const ByteRange& range : column.ranges) column.bytes.push_back(next_bytes(range));
}

// What a scan knows of one of its files.
struct FileColumns {
  std::vector<const LayoutColumn*> projection;
  std::vector<const LayoutColumn*> filter;
};

class Loader {
 public:
  Loader(io::FileSystem& filesystem, const PageScan& scan) : filesystem_(filesystem), scan_(scan) {}

  Result<PageGroups> run() {
    GT_RETURN_IF_ERROR(load_files());
    if (!found_.supported) return std::move(found_);
    find_groups();
    GT_RETURN_IF_ERROR(load_indexes());
    const int threads = found_.groups.size() <= kGroupsAlone ? 1 : 0;
    const auto choose = [&](std::size_t i) { return choose_pages(found_.groups[i]); };
    GT_RETURN_IF_ERROR(share_work(found_.groups.size(), threads, choose));
    if (!indexed_) return PageGroups{.supported = false, .groups = {}};
    std::erase_if(found_.groups, [](const PageGroup& group) { return group.rows.empty(); });
    if (is_remote()) GT_RETURN_IF_ERROR(load_pages());
    return std::move(found_);
  }

 private:
  Status load_files() {
    std::vector<std::pair<std::string, std::int64_t>> files;
    for (const PageScanFile& file : scan_.files) files.emplace_back(file.path, file.bytes);
    GT_ASSIGN(layouts_, load_layouts(filesystem_, files));
    for (std::size_t i = 0; i < layouts_.size(); ++i) {
      FileColumns columns;
      found_.supported =
          found_.supported && find_columns(*layouts_[i], scan_.projection.fields, columns.projection) &&
          find_columns(*layouts_[i], scan_.files[i].filter, scan_.table_schema, columns.filter);
      columns_.push_back(std::move(columns));
    }
    return {};
  }

  // Row groups that the footers do not rule out.
  void find_groups() {
    for (std::size_t i = 0; i < layouts_.size(); ++i) {
      const ParquetLayout& layout = *layouts_[i];
      for (int group = 0; group < layout.row_groups(); ++group) {
        const auto whole = [&](std::int32_t id) {
          return &layout.chunk(group, *layout.find(id)).whole.front().values;
        };
        if (!may_match(scan_.files[i].filter, whole)) continue;
        PageGroup found;
        found.file = i;
        found.group = group;
        found.layout = layouts_[i];
        found_.groups.push_back(std::move(found));
      }
    }
  }

  Status load_indexes() {
    std::vector<io::FileRange> ranges;
    std::vector<std::pair<const PageGroup*, std::size_t>> owners;
    for (const PageGroup& group : found_.groups) {
      if (group.layout->has_index(group.group)) continue;
      const auto pieces = group.layout->index_ranges(group.group);
      for (const ByteRange& piece : pieces) ranges.push_back(range_of(group, piece));
      owners.emplace_back(&group, pieces.size());
    }
    GT_ASSIGN(auto bytes, read(filesystem_, ranges));
    auto next = bytes.begin();
    for (const auto& [group, pieces] : owners) {
      const auto end = next + static_cast<std::ptrdiff_t>(pieces);
      group->layout->put_index(group->group, {std::move_iterator(next), std::move_iterator(end)});
      next = end;
    }
    return {};
  }

  Status choose_pages(PageGroup& group) {
    try {
      if (!find_pages(group)) indexed_ = false;
      return {};
    } catch (const parquet::ParquetException& exception) {
      return unreadable(scan_.files[group.file].path, exception.what());
    }
  }

  // False when the file has no index of a column.
  bool find_pages(PageGroup& group) const {
    const ParquetLayout& layout = *group.layout;
    const FileColumns& columns = columns_[group.file];
    const auto ranges_of = [&](std::int32_t id) -> const std::vector<PageRange>* {
      const LayoutColumn& column = *layout.find(id);
      const ChunkPages* pages = layout.pages(group.group, column);
      return pages == nullptr || pages->ranges.empty() ? &layout.chunk(group.group, column).whole
                                                       : &pages->ranges;
    };
    const MatchingRows matching =
        matching_rows(scan_.files[group.file].filter, layout.rows(group.group), ranges_of);
    const RowRanges gone = deleted_rows(group);
    group.rows = difference(matching.may, gone);
    group.doubtful = difference(group.rows, matching.must);
    return add_columns(group, columns.projection, group.columns) &&
           add_columns(group, columns.filter, group.filter);
  }

  // Rows of the group that are left out, counted from its first.
  RowRanges deleted_rows(const PageGroup& group) const {
    const std::vector<std::int64_t>& deleted = scan_.files[group.file].deleted;
    RowRanges rows;
    std::int64_t first = 0;
    for (int before = 0; before < group.group && !deleted.empty(); ++before)
      first += group.layout->rows(before);
    const std::int64_t end = first + group.layout->rows(group.group);
    for (auto at = std::lower_bound(deleted.begin(), deleted.end(), first); at != deleted.end() && *at < end;
         ++at)
      rows.add({*at - first, *at - first + 1});
    return rows;
  }

  static bool add_columns(const PageGroup& group, const std::vector<const LayoutColumn*>& columns,
                          std::vector<ColumnPages>& out) {
    for (const LayoutColumn* column : columns) {
      const ChunkPages* pages = group.layout->pages(group.group, *column);
      if (pages == nullptr) return false;
      ColumnPages& added = out.emplace_back();
      added.column = column;
      added.chunk = &group.layout->chunk(group.group, *column);
      added.all = pages;
    }
    return true;
  }

  [[nodiscard]] bool is_remote() const {
    return !scan_.files.empty() && io::is_s3_path(scan_.files.front().path);
  }

  // All requests under way at once.
  Status load_pages() {
    std::vector<io::FileRange> ranges;
    const auto each = [](PageGroup& group, const auto& call) {
      for (ColumnPages& column : group.columns) call(column, group.rows);
      for (ColumnPages& column : group.filter) call(column, group.doubtful);
    };
    for (PageGroup& group : found_.groups) {
      each(group, [&](ColumnPages& column, const RowRanges& rows) {
        column.want(rows, kJoinRemoteBytes);
        for (const ByteRange& range : column.ranges) ranges.push_back(range_of(group, range));
      });
    }
    GT_ASSIGN(auto bytes, read(filesystem_, ranges));
    auto next = bytes.begin();
    for (PageGroup& group : found_.groups) {
      std::ptrdiff_t count = 0;
      each(group, [&](const ColumnPages& column, const RowRanges&) { count += std::ssize(column.ranges); });
      auto& pieces = group.held.pieces;
      pieces.assign(std::move_iterator(next), std::move_iterator(next + count));
      next += count;
      auto piece = pieces.begin();
      each(group, [&](ColumnPages& column, const RowRanges&) {
        hand_out(column, [&](const ByteRange&) { return std::string_view(*piece++); });
      });
    }
    return {};
  }

  [[nodiscard]] io::FileRange range_of(const PageGroup& group, const ByteRange& range) const {
    return file_range(scan_.files[group.file].path, range);
  }

  io::FileSystem& filesystem_;
  const PageScan& scan_;
  std::vector<std::shared_ptr<const ParquetLayout>> layouts_;
  std::vector<FileColumns> columns_;
  PageGroups found_;
  std::atomic<bool> indexed_ = true;
};

}  // namespace

PageBytes ColumnPages::select(const RowRanges& rows) const {
  PageBytes selected;
  std::size_t in = 0;
  if (chunk->dictionary && !bytes.empty()) selected.dictionary = bytes[in++];
  const PagePlace* last = nullptr;
  for (const RowRange& range : rows.ranges()) {
    const auto places = places_of(*all, range);
    if (last == nullptr) selected.pages.reserve(places.size() + rows.ranges().size());
    for (const PagePlace& place : places) {
      if (&place == last) continue;  // The range before ends in the page where this one begins.
      last = &place;
      const auto end = [&](std::size_t at) { return ranges[at].offset + ranges[at].bytes; };
      while (in < bytes.size() && end(in) < place.at.offset + place.at.bytes) ++in;
      if (in == bytes.size() || place.at.offset < ranges[in].offset) {
        throw parquet::ParquetException("a page lies outside of what was read");
      }
      const auto from = static_cast<std::size_t>(place.at.offset - ranges[in].offset);
      selected.pages.push_back(
          {.rows = place.rows, .bytes = bytes[in].substr(from, static_cast<std::size_t>(place.at.bytes))});
    }
  }
  return selected;
}

void ColumnPages::want(const RowRanges& rows, std::int64_t gap) {
  ranges.clear();
  if (rows.empty()) return;
  if (chunk->dictionary) ranges.push_back(*chunk->dictionary);
  const std::size_t before = ranges.size();
  for (const RowRange& range : rows.ranges()) {
    for (const PagePlace& place : places_of(*all, range)) {
      const std::int64_t end = place.at.offset + place.at.bytes;
      if (ranges.size() > before && place.at.offset - (ranges.back().offset + ranges.back().bytes) <= gap) {
        ranges.back().bytes = end - ranges.back().offset;
      } else {
        ranges.push_back(place.at);
      }
    }
  }
}

Result<HeldBytes> load_bytes(io::FileSystem& filesystem, const std::string& path,
                             std::initializer_list<WantedPages> pages) {
  HeldBytes held;
  std::vector<ColumnPages*> wanted;
  std::vector<io::FilePiece> pieces;
  std::uint64_t bytes = 0;
  for (const WantedPages& some : pages) {
    for (ColumnPages& column : some.columns) {
      if (!column.bytes.empty() || some.rows->empty()) continue;
      column.want(*some.rows, kJoinBytes);
      wanted.push_back(&column);
      for (const ByteRange& range : column.ranges) {
        pieces.push_back({static_cast<std::uint64_t>(range.offset), static_cast<std::uint64_t>(range.bytes)});
        bytes += pieces.back().length;
      }
    }
  }
  if (wanted.empty()) return held;
  held.place = std::make_unique_for_overwrite<char[]>(bytes);
  GT_ASSIGN(const std::uint64_t got, filesystem.read_into(path, pieces, held.place.get()));
  if (got != bytes) return unreadable(path, "it is cut");
  const char* next = held.place.get();
  for (ColumnPages* column : wanted) {
    hand_out(*column, [&](const ByteRange& range) {
      next += range.bytes;
      return std::string_view(next - range.bytes, static_cast<std::size_t>(range.bytes));
    });
  }
  return held;
}

Result<PageGroups> load_page_groups(io::FileSystem& filesystem, const PageScan& scan) {
  return Loader(filesystem, scan).run();
}

}  // namespace goldtape::table::internal
