// Where a Parquet file keeps what: its footer and page index, parsed once and kept. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/page_pruning_internal.h"
#include "goldtape/table/schema.h"

namespace parquet {
class ColumnDescriptor;
class FileMetaData;
}  // namespace parquet

namespace goldtape::table::internal {

/// A column at the top of the file's schema that has one flat value a row.
struct LayoutColumn {
  std::int32_t field_id = -1;
  Type type;  ///< As the file has it.
  int leaf = 0;
  bool nullable = false;
  const parquet::ColumnDescriptor* descriptor = nullptr;
};

/// Bytes of a file.
struct ByteRange {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};

/// One column of one row group.
struct LayoutChunk {
  int codec = 0;                        ///< parquet::Compression::type.
  bool no_nulls = false;                ///< For certain.
  std::optional<ByteRange> dictionary;  ///< Its page, header included.
  ByteRange column_index;               ///< Empty: there is none.
  ByteRange offset_index;
  std::vector<PageRange> whole;  ///< One: what the footer says of all values.
};

struct PagePlace {
  RowRange rows;  ///< Within the row group.
  ByteRange at;   ///< Header included.
};

/// The pages of one column of one row group.
struct ChunkPages {
  std::vector<PagePlace> places;
  std::vector<PageRange> ranges;  ///< Empty where the file has no statistics of pages.
};

/// Thread safe.
class ParquetLayout {
 public:
  /// Of the bytes between the file's data and its last eight. Throws parquet::ParquetException.
  ParquetLayout(std::string_view footer, std::int64_t file_bytes);

  /// Null when the file has no such flat column.
  [[nodiscard]] const LayoutColumn* find(std::int32_t field_id) const;
  [[nodiscard]] int row_groups() const { return static_cast<int>(group_rows_.size()); }
  [[nodiscard]] std::int64_t rows(int group) const { return group_rows_[static_cast<std::size_t>(group)]; }
  [[nodiscard]] const LayoutChunk& chunk(int group, const LayoutColumn& column) const;

  /// The bytes of a row group's page index: of its statistics and of its places; empty when a column lacks
  /// the latter.
  [[nodiscard]] std::vector<ByteRange> index_ranges(int group) const;
  [[nodiscard]] bool has_index(int group) const;
  /// Takes the bytes of index_ranges(group).
  void put_index(int group, std::vector<std::string> pieces) const;
  /// Null when the index is missing or does not make sense. Requires: put_index(group, ...).
  [[nodiscard]] const ChunkPages* pages(int group, const LayoutColumn& column) const;

  /// About the memory that it takes once all of its index is in.
  [[nodiscard]] std::size_t weight() const { return weight_; }

 private:
  struct GroupIndex {
    std::vector<ByteRange> ranges;
    std::vector<std::string> pieces;
    std::vector<std::unique_ptr<ChunkPages>> pages;  // In the order of columns_, as they are asked for.

    [[nodiscard]] const char* find(const ByteRange& range) const;
  };

  [[nodiscard]] std::unique_ptr<ChunkPages> parse_pages(int group, const LayoutColumn& column,
                                                        const GroupIndex& index) const;

  std::shared_ptr<parquet::FileMetaData> footer_;
  std::int64_t file_bytes_;
  std::vector<LayoutColumn> columns_;
  std::vector<std::int64_t> group_rows_;
  std::vector<LayoutChunk> chunks_;  // Row group by row group, in the order of columns_.
  std::size_t weight_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<GroupIndex>> indexes_;  // By row group.
};

/// The layouts of files, in their order, read in as few rounds as can be and kept for the next time.
/// Errors: kDamaged GT4025, io's.
[[nodiscard]] Result<std::vector<std::shared_ptr<const ParquetLayout>>> load_layouts(
    io::FileSystem& filesystem, const std::vector<std::pair<std::string, std::int64_t>>& paths_and_bytes);

}  // namespace goldtape::table::internal
