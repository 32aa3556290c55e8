// The row groups that a scan of pages touches, and the bytes of their pages. Not public.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/page_decoder_internal.h"
#include "goldtape/table/page_scan_internal.h"
#include "goldtape/table/parquet_layout_internal.h"

namespace goldtape::table::internal {

/// One column of one row group: where its pages are, and then the bytes of those that are wanted.
struct ColumnPages {
  const LayoutColumn* column = nullptr;
  const LayoutChunk* chunk = nullptr;
  const ChunkPages* all = nullptr;
  std::vector<ByteRange> ranges;  ///< Of the file: the dictionary first, if there is one; pages in runs.
  std::vector<std::string_view> bytes;  ///< One for each range, once they are loaded; kept elsewhere.

  /// Wants the pages that hold these rows; runs that lie no farther apart than `gap` bytes become one.
  void want(const RowRanges& rows, std::int64_t gap);
  /// The pages that hold these rows. Requires: they are among those wanted, and loaded.
  [[nodiscard]] PageBytes select(const RowRanges& rows) const;
};

/// What the bytes of pages lie in: one place of their own, or what a file system gave.
struct HeldBytes {
  std::unique_ptr<char[]> place;
  std::vector<std::string> pieces;
};

/// A row group with rows that may match.
struct PageGroup {
  std::size_t file = 0;  ///< Place in PageScan::files.
  int group = 0;
  std::shared_ptr<const ParquetLayout> layout;
  RowRanges rows;                    ///< Those that may match; once the doubt is settled, those that do.
  RowRanges doubtful;                ///< Part of `rows`: their values must be looked at.
  std::vector<ColumnPages> columns;  ///< The projection's.
  std::vector<ColumnPages> filter;   ///< Those that the filter needs for doubtful rows.
  HeldBytes held;
};

/// Finds the row groups and their pages, in two rounds of reading at most: footers and page indexes. From S3
/// the pages are read too, all in a third round; from a disk whoever decodes them reads them, while they are
/// warm. `supported` is false when a file cannot be read so.
struct PageGroups {
  bool supported = true;
  std::vector<PageGroup> groups;
};
[[nodiscard]] Result<PageGroups> load_page_groups(io::FileSystem& filesystem, const PageScan& scan);

/// Columns of a row group, and of which rows their pages are wanted.
struct WantedPages {
  const RowRanges* rows;
  std::span<ColumnPages> columns;
};
/// Reads those pages in one go, unless they are there; they stay as long as what is returned.
[[nodiscard]] Result<HeldBytes> load_bytes(io::FileSystem& filesystem, const std::string& path,
                                           std::initializer_list<WantedPages> pages);

}  // namespace goldtape::table::internal
