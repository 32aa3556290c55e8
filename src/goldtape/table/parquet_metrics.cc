#include <algorithm>
#include <cmath>

#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/bytes_internal.h"
#include "goldtape/table/parquet_metrics_internal.h"
#include "goldtape/table/parquet_reader.h"

namespace goldtape::table::internal {
namespace {

constexpr std::size_t kBoundLength = 16;

bool is_integral(const Type& type) {
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kDecimal: return true;
    default: return false;
  }
}

template <typename Statistics>
Bounds integer_bounds(const parquet::Statistics& statistics, const Type& type) {
  if (!is_integral(type)) return {};
  const auto& typed = static_cast<const Statistics&>(statistics);
  return {integer_literal(typed.min(), type), integer_literal(typed.max(), type)};
}

template <typename Statistics>
Bounds floating_bounds(const parquet::Statistics& statistics, const Type& type) {
  const auto& typed = static_cast<const Statistics&>(statistics);
  if (std::isnan(typed.min()) || std::isnan(typed.max())) return {};
  if (type.id == TypeId::kDouble) return {static_cast<double>(typed.min()), static_cast<double>(typed.max())};
  if (type.id == TypeId::kFloat) return {static_cast<float>(typed.min()), static_cast<float>(typed.max())};
  return {};
}

std::optional<Literal> bytes_literal(const std::string& bytes, const Type& type) {
  auto value = from_bytes(bytes, type);
  if (!value) return std::nullopt;
  return *std::move(value);
}

// Timestamps of other units, unsigned integers and old INT96 give no bounds: their order is not ours.
bool is_comparable(const parquet::ColumnDescriptor& column) {
  if (column.physical_type() == parquet::Type::INT96 || column.max_repetition_level() > 0) return false;
  const auto& logical = column.logical_type();
  if (logical == nullptr) return true;
  if (logical->is_timestamp()) {
    return static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit() ==
           parquet::LogicalType::TimeUnit::MICROS;
  }
  if (logical->is_time()) {
    return static_cast<const parquet::TimeLogicalType&>(*logical).time_unit() ==
           parquet::LogicalType::TimeUnit::MICROS;
  }
  return !logical->is_int() || static_cast<const parquet::IntLogicalType&>(*logical).is_signed();
}

}  // namespace

Literal integer_literal(std::int64_t value, const Type& type) {
  if (type.id == TypeId::kDecimal) return arrow::Decimal128(value);
  if (type.id == TypeId::kInt || type.id == TypeId::kDate) return static_cast<std::int32_t>(value);
  return value;
}

Bounds bounds_of(const parquet::ColumnDescriptor& column, const parquet::Statistics& statistics,
                 const Type& type) {
  if (!statistics.HasMinMax() || !is_comparable(column)) return {};
  switch (column.physical_type()) {
    case parquet::Type::BOOLEAN:
      if (type.id != TypeId::kBoolean) return {};
      return {static_cast<const parquet::BoolStatistics&>(statistics).min(),
              static_cast<const parquet::BoolStatistics&>(statistics).max()};
    case parquet::Type::INT32: return integer_bounds<parquet::Int32Statistics>(statistics, type);
    case parquet::Type::INT64: return integer_bounds<parquet::Int64Statistics>(statistics, type);
    case parquet::Type::FLOAT: return floating_bounds<parquet::FloatStatistics>(statistics, type);
    case parquet::Type::DOUBLE: return floating_bounds<parquet::DoubleStatistics>(statistics, type);
    case parquet::Type::BYTE_ARRAY:
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return {bytes_literal(statistics.EncodeMin(), type), bytes_literal(statistics.EncodeMax(), type)};
    default: return {};
  }
}

namespace {

// What is gathered of one column over the row groups.
struct ColumnMetrics {
  std::int64_t size = 0;
  std::int64_t values = 0;
  std::int64_t nulls = 0;
  bool nulls_known = true;
  bool bounds_known = true;
  Bounds bounds;

  void merge(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& column,
             const Type& type) {
    size += chunk.total_compressed_size();
    values += chunk.num_values();
    const auto statistics = chunk.statistics();
    if (statistics == nullptr || !statistics->HasNullCount()) {
      nulls_known = false;
    } else {
      nulls += statistics->null_count();
      if (statistics->null_count() == chunk.num_values()) return;
    }
    const Bounds chunk_bounds = statistics == nullptr ? Bounds{} : bounds_of(column, *statistics, type);
    if (!chunk_bounds.lower || !chunk_bounds.upper) {
      bounds_known = false;
      return;
    }
    if (!bounds.lower || compare(*chunk_bounds.lower, *bounds.lower) < 0) bounds.lower = chunk_bounds.lower;
    if (!bounds.upper || compare(*chunk_bounds.upper, *bounds.upper) > 0) bounds.upper = chunk_bounds.upper;
  }
};

std::int64_t first_byte(const parquet::RowGroupMetaData& group) {
  std::int64_t first = -1;
  for (int i = 0; i < group.num_columns(); ++i) {
    const auto chunk = group.ColumnChunk(i);
    std::int64_t start = chunk->data_page_offset();
    if (chunk->has_dictionary_page() && chunk->dictionary_page_offset() > 0) {
      start = std::min(start, chunk->dictionary_page_offset());
    }
    if (first < 0 || start < first) first = start;
  }
  return std::max<std::int64_t>(first, 0);
}

std::size_t code_point_end(const std::string& text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return at;
}

std::string prefix_of(const std::string& text, bool is_utf8) {
  if (!is_utf8) return text.substr(0, kBoundLength);
  std::size_t at = 0;
  for (std::size_t i = 0; i < kBoundLength && at < text.size(); ++i) at = code_point_end(text, at);
  return text.substr(0, at);
}

// The last byte that can be raised without leaving UTF-8: only ASCII below 0x7f is, which is enough for a
// bound; the code points after it are dropped.
std::optional<std::string> raised(std::string prefix, bool is_utf8) {
  const unsigned limit = is_utf8 ? 0x7f : 0xff;
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) >= limit) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

std::vector<std::int32_t> leaf_field_ids(const parquet::SchemaDescriptor& file, const Schema& schema) {
  bool has_ids = false;
  for (int i = 0; i < file.num_columns(); ++i) has_ids = has_ids || file.GetColumnRoot(i)->field_id() >= 0;
  std::vector<std::int32_t> ids;
  for (int i = 0; i < file.num_columns(); ++i) {
    const parquet::schema::Node& leaf = *file.Column(i)->schema_node();
    const Field* field =
        has_ids ? schema.find(leaf.field_id()) : schema.find_path(file.Column(i)->path()->ToDotString());
    ids.push_back(field == nullptr ? -1 : field->id);
  }
  return ids;
}

DataFile metrics_of(const parquet::FileMetaData& metadata, const Schema& schema,
                    std::optional<int> row_group) {
  DataFile file;
  const int first = row_group.value_or(0);
  const int last = row_group ? first + 1 : metadata.num_row_groups();
  for (int g = first; g < last; ++g) {
    const auto group = metadata.RowGroup(g);
    file.record_count += group->num_rows();
    file.split_offsets.push_back(first_byte(*group));
  }
  const std::vector<std::int32_t> ids = leaf_field_ids(*metadata.schema(), schema);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Field* field = ids[i] < 0 ? nullptr : schema.find(ids[i]);
    if (field == nullptr || !field->type.is_primitive()) continue;
    ColumnMetrics column;
    const parquet::ColumnDescriptor& descriptor = *metadata.schema()->Column(static_cast<int>(i));
    for (int g = first; g < last; ++g) {
      column.merge(*metadata.RowGroup(g)->ColumnChunk(static_cast<int>(i)), descriptor, field->type);
    }
    file.column_sizes.set(field->id, column.size);
    file.value_counts.set(field->id, column.values);
    if (column.nulls_known) file.null_value_counts.set(field->id, column.nulls);
    if (!column.bounds_known || !column.bounds.lower) continue;
    file.lower_bounds.set(field->id, to_bytes(*column.bounds.lower, field->type));
    file.upper_bounds.set(field->id, to_bytes(*column.bounds.upper, field->type));
  }
  return file;
}

std::optional<std::string> raise_prefix(const std::string& text, bool is_utf8) {
  std::string prefix = prefix_of(text, is_utf8);
  if (prefix.size() == text.size()) return prefix;
  return raised(std::move(prefix), is_utf8);
}

void shorten_bounds(DataFile& file, const Schema& schema) {
  FieldMap<std::string> lower;
  FieldMap<std::string> upper;
  const auto is_text = [&](std::int32_t id, bool& is_utf8) {
    const Field* field = schema.find(id);
    is_utf8 = field != nullptr && field->type.id == TypeId::kString;
    return is_utf8 || (field != nullptr && field->type.id == TypeId::kBinary);
  };
  bool is_utf8 = false;
  for (const auto& [id, bytes] : file.lower_bounds.entries()) {
    lower.set(id, is_text(id, is_utf8) ? prefix_of(bytes, is_utf8) : bytes);
  }
  for (const auto& [id, bytes] : file.upper_bounds.entries()) {
    if (!is_text(id, is_utf8)) {
      upper.set(id, bytes);
    } else if (auto bound = raise_prefix(bytes, is_utf8)) {
      upper.set(id, *std::move(bound));
    }
  }
  file.lower_bounds = std::move(lower);
  file.upper_bounds = std::move(upper);
}

}  // namespace goldtape::table::internal
