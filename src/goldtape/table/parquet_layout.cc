#include <algorithm>
#include <cmath>

#include <parquet/exception.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/properties.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include "goldtape/table/parquet_input_internal.h"
#include "goldtape/table/parquet_layout_internal.h"
#include "goldtape/table/parquet_metrics_internal.h"

namespace goldtape::table::internal {
namespace {

// The table's type that a column holds, where every value of it is stored as the table has it.
std::optional<Type> type_of_integers(const parquet::ColumnDescriptor& column, bool wide) {
  const auto& logical = column.logical_type();
  if (logical == nullptr || logical->is_none()) return Type{.id = wide ? TypeId::kLong : TypeId::kInt};
  if (logical->is_decimal()) {
    const auto& decimal = static_cast<const parquet::DecimalLogicalType&>(*logical);
    return Type{.id = TypeId::kDecimal, .precision = decimal.precision(), .scale = decimal.scale()};
  }
  if (logical->is_date() && !wide) return Type{.id = TypeId::kDate};
  if (logical->is_int()) {
    const auto& integer = static_cast<const parquet::IntLogicalType&>(*logical);
    if (!integer.is_signed() || integer.bit_width() != (wide ? 64 : 32)) return std::nullopt;
    return Type{.id = wide ? TypeId::kLong : TypeId::kInt};
  }
  if (logical->is_timestamp() && wide) {
    const auto& timestamp = static_cast<const parquet::TimestampLogicalType&>(*logical);
    if (timestamp.time_unit() != parquet::LogicalType::TimeUnit::MICROS) return std::nullopt;
    return Type{.id = timestamp.is_adjusted_to_utc() ? TypeId::kTimestampTz : TypeId::kTimestamp};
  }
  return std::nullopt;
}

std::optional<Type> type_of(const parquet::ColumnDescriptor& column) {
  if (column.max_repetition_level() > 0 || column.max_definition_level() > 1 ||
      column.path()->ToDotVector().size() != 1) {
    return std::nullopt;
  }
  const auto& logical = column.logical_type();
  switch (column.physical_type()) {
    case parquet::Type::INT32: return type_of_integers(column, false);
    case parquet::Type::INT64: return type_of_integers(column, true);
    case parquet::Type::FLOAT: return Type{.id = TypeId::kFloat};
    case parquet::Type::DOUBLE: return Type{.id = TypeId::kDouble};
    case parquet::Type::BYTE_ARRAY:
      if (logical != nullptr && logical->is_string()) return Type{.id = TypeId::kString};
      return std::nullopt;
    default: return std::nullopt;
  }
}

bool lies_within(const ByteRange& range, std::int64_t file_bytes) {
  return range.offset >= 0 && range.bytes > 0 && range.bytes <= file_bytes &&
         range.offset <= file_bytes - range.bytes;
}

ByteRange place_of(const std::optional<parquet::IndexLocation>& location, std::int64_t file_bytes) {
  if (!location) return {};
  const ByteRange range{location->offset, location->length};
  return lies_within(range, file_bytes) ? range : ByteRange{};
}

LayoutChunk chunk_of(const parquet::ColumnChunkMetaData& chunk, const LayoutColumn& column, std::int64_t rows,
                     std::int64_t file_bytes) {
  LayoutChunk out;
  out.codec = static_cast<int>(chunk.compression());
  out.column_index = place_of(chunk.GetColumnIndexLocation(), file_bytes);
  out.offset_index = place_of(chunk.GetOffsetIndexLocation(), file_bytes);
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) {
    out.dictionary =
        ByteRange{chunk.dictionary_page_offset(), chunk.data_page_offset() - chunk.dictionary_page_offset()};
  }
  out.whole.push_back({.rows = {0, rows}, .values = {}});
  Range& values = out.whole.front().values;
  values.may_nan = column.type.id == TypeId::kFloat || column.type.id == TypeId::kDouble;
  values.may_null = column.nullable;
  out.no_nulls = !column.nullable;
  const auto statistics = chunk.statistics();
  if (statistics == nullptr) return out;
  if (statistics->HasNullCount()) {
    out.no_nulls = out.no_nulls || statistics->null_count() == 0;
    values.may_null = !out.no_nulls;
    values.all_null = rows > 0 && statistics->null_count() == rows;
  }
  const Bounds bounds = bounds_of(*column.descriptor, *statistics, column.type);
  values.lower = bounds.lower;
  values.upper = bounds.upper;
  return out;
}

template <typename Index>
void add_integer_bounds(const parquet::ColumnIndex& index, const Type& type, std::vector<PageRange>& pages) {
  const auto& typed = dynamic_cast<const Index&>(index);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (pages[i].values.all_null) continue;
    pages[i].values.lower = integer_literal(typed.min_values().at(i), type);
    pages[i].values.upper = integer_literal(typed.max_values().at(i), type);
  }
}

template <typename Index>
void add_floating_bounds(const parquet::ColumnIndex& index, std::vector<PageRange>& pages) {
  const auto& typed = dynamic_cast<const Index&>(index);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const auto lower = typed.min_values().at(i);
    const auto upper = typed.max_values().at(i);
    if (pages[i].values.all_null || std::isnan(lower) || std::isnan(upper)) continue;
    pages[i].values.lower = lower;
    pages[i].values.upper = upper;
  }
}

void add_bounds(const parquet::ColumnIndex& index, const LayoutColumn& column,
                std::vector<PageRange>& pages) {
  switch (column.descriptor->physical_type()) {
    case parquet::Type::INT32:
      return add_integer_bounds<parquet::Int32ColumnIndex>(index, column.type, pages);
    case parquet::Type::INT64:
      return add_integer_bounds<parquet::Int64ColumnIndex>(index, column.type, pages);
    case parquet::Type::FLOAT: return add_floating_bounds<parquet::FloatColumnIndex>(index, pages);
    case parquet::Type::DOUBLE: return add_floating_bounds<parquet::DoubleColumnIndex>(index, pages);
    default: break;
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (pages[i].values.all_null) continue;
    pages[i].values.lower = index.encoded_min_values().at(i);
    pages[i].values.upper = index.encoded_max_values().at(i);
  }
}

std::vector<PageRange> ranges_of(const parquet::ColumnIndex& index, const LayoutColumn& column,
                                 const std::vector<PagePlace>& places) {
  const std::vector<bool>& null_pages = index.null_pages();
  if (null_pages.size() != places.size()) return {};
  std::vector<PageRange> pages;
  for (std::size_t i = 0; i < places.size(); ++i) {
    PageRange page{.rows = places[i].rows, .values = {}};
    page.values.all_null = null_pages[i];
    page.values.may_null = column.nullable && (!index.has_null_counts() || index.null_counts().at(i) > 0);
    page.values.may_nan = column.type.id == TypeId::kFloat || column.type.id == TypeId::kDouble;
    pages.push_back(std::move(page));
  }
  add_bounds(index, column, pages);
  return pages;
}

// No writer makes pages of more rows, and whoever decodes one makes room for all of them.
constexpr std::int64_t kMostPageRows = 1 << 24;

// Ascending pages that share out the rows of the group; empty when the index says something else.
std::vector<PagePlace> places_of(const parquet::OffsetIndex& index, std::int64_t rows,
                                 std::int64_t file_bytes) {
  const auto& locations = index.page_locations();
  std::vector<PagePlace> places;
  for (std::size_t i = 0; i < locations.size(); ++i) {
    const std::int64_t end = i + 1 < locations.size() ? locations[i + 1].first_row_index : rows;
    const PagePlace place{.rows = {locations[i].first_row_index, end},
                          .at = {locations[i].offset, locations[i].compressed_page_size}};
    const bool follows = places.empty() ? place.rows.begin == 0
                                        : place.at.offset >= places.back().at.offset + places.back().at.bytes;
    if (!follows || place.rows.size() <= 0 || place.rows.size() > kMostPageRows ||
        !lies_within(place.at, file_bytes)) {
      return {};
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace

ParquetLayout::ParquetLayout(std::string_view footer, std::int64_t file_bytes) : file_bytes_(file_bytes) {
  const parquet::ReaderProperties properties = bounded_reader_properties();
  footer_ = parquet::FileMetaData::Make(footer.data(), static_cast<std::int64_t>(footer.size()), properties);
  const parquet::SchemaDescriptor& schema = *footer_->schema();
  for (int leaf = 0; leaf < schema.num_columns(); ++leaf) {
    const parquet::ColumnDescriptor& column = *schema.Column(leaf);
    auto type = type_of(column);
    if (!type || column.schema_node()->field_id() < 0) continue;
    columns_.push_back({.field_id = column.schema_node()->field_id(),
                        .type = *std::move(type),
                        .leaf = leaf,
                        .nullable = column.max_definition_level() > 0,
                        .descriptor = &column});
  }
  std::int64_t index_bytes = 0;
  for (int g = 0; g < footer_->num_row_groups(); ++g) {
    const auto group = footer_->RowGroup(g);
    group_rows_.push_back(group->num_rows());
    for (const LayoutColumn& column : columns_) {
      chunks_.push_back(chunk_of(*group->ColumnChunk(column.leaf), column, group->num_rows(), file_bytes));
      index_bytes += chunks_.back().column_index.bytes + chunks_.back().offset_index.bytes;
    }
  }
  indexes_.resize(group_rows_.size());
  constexpr std::size_t kParsedOverStored = 6;
  weight_ = kParsedOverStored * (footer.size() + static_cast<std::size_t>(index_bytes));
}

const LayoutColumn* ParquetLayout::find(std::int32_t field_id) const {
  const auto at = std::find_if(columns_.begin(), columns_.end(),
                               [&](const LayoutColumn& column) { return column.field_id == field_id; });
  return at == columns_.end() ? nullptr : &*at;
}

const LayoutChunk& ParquetLayout::chunk(int group, const LayoutColumn& column) const {
  const auto at = static_cast<std::size_t>(&column - columns_.data());
  return chunks_[static_cast<std::size_t>(group) * columns_.size() + at];
}

std::vector<ByteRange> ParquetLayout::index_ranges(int group) const {
  ByteRange statistics;
  ByteRange places;
  const auto take = [](ByteRange& all, const ByteRange& one) {
    if (one.bytes == 0) return;
    const std::int64_t begin = all.bytes == 0 ? one.offset : std::min(all.offset, one.offset);
    const std::int64_t end = std::max(all.offset + all.bytes, one.offset + one.bytes);
    all = {begin, end - begin};
  };
  for (const LayoutColumn& column : columns_) {
    const LayoutChunk& one = chunk(group, column);
    if (one.offset_index.bytes == 0) return {};
    take(places, one.offset_index);
    take(statistics, one.column_index);
  }
  std::vector<ByteRange> ranges;
  if (statistics.bytes > 0) ranges.push_back(statistics);
  if (places.bytes > 0) ranges.push_back(places);
  return ranges;
}

bool ParquetLayout::has_index(int group) const {
  const std::scoped_lock lock(mutex_);
  return indexes_[static_cast<std::size_t>(group)] != nullptr;
}

void ParquetLayout::put_index(int group, std::vector<std::string> pieces) const {
  auto index = std::make_unique<GroupIndex>();
  index->ranges = index_ranges(group);
  index->pieces = std::move(pieces);
  index->pages.resize(columns_.size());
  const std::scoped_lock lock(mutex_);
  auto& place = indexes_[static_cast<std::size_t>(group)];
  if (place == nullptr) place = std::move(index);  // Else another thread was first, and its pages are in use.
}

const char* ParquetLayout::GroupIndex::find(const ByteRange& range) const {
  if (range.bytes == 0) return nullptr;
  for (std::size_t i = 0; i < pieces.size() && i < ranges.size(); ++i) {
    const std::int64_t at = range.offset - ranges[i].offset;
    if (at >= 0 && at + range.bytes <= std::ssize(pieces[i])) return pieces[i].data() + at;
  }
  return nullptr;
}

std::unique_ptr<ChunkPages> ParquetLayout::parse_pages(int group, const LayoutColumn& column,
                                                       const GroupIndex& index) const {
  const LayoutChunk& one = chunk(group, column);
  const parquet::ReaderProperties properties = bounded_reader_properties();
  auto pages = std::make_unique<ChunkPages>();
  const char* places = index.find(one.offset_index);
  if (places == nullptr) return pages;
  pages->places = places_of(*parquet::OffsetIndex::Make(places, one.offset_index.bytes, properties),
                            rows(group), file_bytes_);
  const char* statistics = index.find(one.column_index);
  // The whole column's bounds are absent where the order of values is not ours, and so must the pages' be.
  if (statistics == nullptr || !one.whole.front().values.lower) return pages;
  pages->ranges = ranges_of(
      *parquet::ColumnIndex::Make(*column.descriptor, statistics, one.column_index.bytes, properties), column,
      pages->places);
  return pages;
}

const ChunkPages* ParquetLayout::pages(int group, const LayoutColumn& column) const {
  const std::scoped_lock lock(mutex_);
  GroupIndex* index = indexes_[static_cast<std::size_t>(group)].get();
  if (index == nullptr) return nullptr;
  auto& pages = index->pages[static_cast<std::size_t>(&column - columns_.data())];
  if (pages == nullptr) pages = parse_pages(group, column, *index);
  return pages->places.empty() ? nullptr : pages.get();
}

}  // namespace goldtape::table::internal
