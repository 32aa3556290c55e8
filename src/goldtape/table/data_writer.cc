#include "goldtape/table/data_writer.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <unordered_map>

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/compute/cast.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/row_order_internal.h"

namespace goldtape::table {
namespace {

// The rows with the schema's columns in its order; absent optional ones are NULL.
Result<std::shared_ptr<arrow::Table>> conform(const Schema& schema, const arrow::Table& rows) {
  const auto expected = to_arrow(schema);
  for (const auto& field : rows.schema()->fields()) {
    if (schema.find(field->name()) == nullptr) {
      return fail(ErrorKind::kUsage, 4030,
                  fmt::format("the table has no column '{}'; of a lake that an earlier version made, "
                              "`goldtape upgrade` adds it",
                              field->name()));
    }
  }
  arrow::ChunkedArrayVector columns;
  for (const auto& field : expected->fields()) {
    std::shared_ptr<arrow::ChunkedArray> column = rows.GetColumnByName(field->name());
    if (column == nullptr) {
      auto nulls = arrow::MakeArrayOfNull(field->type(), rows.num_rows());
      if (!nulls.ok()) return internal::arrow_error(nulls.status(), ErrorKind::kInternal, 4035, "");
      column = std::make_shared<arrow::ChunkedArray>(*nulls);
    } else if (!column->type()->Equals(field->type())) {
      auto cast = arrow::compute::Cast(column, field->type());
      if (!cast.ok()) {
        return fail(
            ErrorKind::kUsage, 4030,
            fmt::format("the column {} is of type {}, not {}: {}", field->name(), column->type()->ToString(),
                        field->type()->ToString(), cast.status().message()));
      }
      column = cast->chunked_array();
    }
    columns.push_back(std::move(column));
  }
  return arrow::Table::Make(expected, std::move(columns), rows.num_rows());
}

template <typename ArrayType>
bool same_values(const arrow::Array& column, std::int64_t a, std::int64_t b) {
  const auto& values = static_cast<const ArrayType&>(column);
  return values.GetView(a) == values.GetView(b);
}

// Whether a row has the value of the one before it; false where that is slow to tell.
bool repeats(const arrow::Array& column, std::int64_t row) {
  if (row == 0 || column.IsNull(row) || column.IsNull(row - 1)) return false;
  switch (column.type_id()) {
    case arrow::Type::STRING: return same_values<arrow::StringArray>(column, row, row - 1);
    case arrow::Type::DATE32: return same_values<arrow::Date32Array>(column, row, row - 1);
    case arrow::Type::INT32: return same_values<arrow::Int32Array>(column, row, row - 1);
    case arrow::Type::INT64: return same_values<arrow::Int64Array>(column, row, row - 1);
    case arrow::Type::TIMESTAMP: return same_values<arrow::TimestampArray>(column, row, row - 1);
    default: return false;
  }
}

// Rows by partition: positions in their order, and the partition's values.
struct Part {
  PartitionTuple tuple;
  std::vector<std::int64_t> rows;
};

// For each row the number of its partition value among the distinct ones of one field.
Result<std::vector<std::uint32_t>> number_values(const PartitionField& field, const Schema& schema,
                                                 const arrow::RecordBatch& batch,
                                                 std::vector<Literal>& distinct) {
  const auto at = std::find_if(schema.fields.begin(), schema.fields.end(),
                               [&](const Field& candidate) { return candidate.id == field.source_id; });
  if (at == schema.fields.end()) {
    return fail(ErrorKind::kUsage, 4032,
                fmt::format("the partition field {} is of a column that is not in the schema", field.name));
  }
  const arrow::Array& column = *batch.column(static_cast<int>(at - schema.fields.begin()));
  GT_ASSIGN(const Type type, result_type(field.transform, at->type));
  std::vector<std::uint32_t> numbers;
  numbers.reserve(static_cast<std::size_t>(batch.num_rows()));
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    if (repeats(column, row)) {
      numbers.push_back(numbers.back());
      continue;
    }
    const Literal value = internal::literal_at(column, row);
    Literal result = apply(field.transform, value, at->type);
    const std::string key = holds_null(result) ? std::string() : "v" + to_bytes(result, type);
    const auto [entry, is_new] = known.try_emplace(key, static_cast<std::uint32_t>(distinct.size()));
    if (is_new) distinct.push_back(std::move(result));
    numbers.push_back(entry->second);
  }
  return numbers;
}

Result<std::vector<Part>> split(const PartitionSpec& spec, const Schema& schema,
                                const arrow::RecordBatch& batch) {
  std::vector<Part> parts(1);
  parts[0].rows.resize(static_cast<std::size_t>(batch.num_rows()));
  std::iota(parts[0].rows.begin(), parts[0].rows.end(), 0);
  for (const PartitionField& field : spec.fields) {
    std::vector<Literal> distinct;
    GT_ASSIGN(const auto numbers, number_values(field, schema, batch, distinct));
    std::vector<Part> finer;
    for (Part& part : parts) {
      std::unordered_map<std::uint32_t, std::size_t> slots;
      for (const std::int64_t row : part.rows) {
        const std::uint32_t number = numbers[static_cast<std::size_t>(row)];
        const auto [slot, is_new] = slots.try_emplace(number, finer.size());
        if (is_new) {
          finer.push_back({part.tuple, {}});
          finer.back().tuple.push_back(distinct[number]);
        }
        finer[slot->second].rows.push_back(row);
      }
    }
    parts = std::move(finer);
  }
  return parts;
}

ParquetOptions parquet_options(const TableMetadata& metadata, const DataWriterOptions& options) {
  if (options.parquet) return *options.parquet;
  ParquetOptions parquet;
  const auto codec = metadata.properties.find("write.parquet.compression-codec");
  if (codec != metadata.properties.end()) {
    if (codec->second == "zstd") parquet.codec = ParquetCodec::kZstd;
    if (codec->second == "uncompressed") parquet.codec = ParquetCodec::kUncompressed;
  }
  const auto page_rows = metadata.properties.find("write.parquet.page-row-limit");
  if (page_rows != metadata.properties.end()) {
    std::int64_t rows = 0;
    const std::string& text = page_rows->second;
    std::from_chars(text.data(), text.data() + text.size(), rows);
    if (rows > 0) parquet.page_rows = rows;
  }
  return parquet;
}

}  // namespace

DataWriter::DataWriter(Table table, DataWriterOptions options)
    : table_(std::move(table)), options_(options) {}

Result<const PartitionSpec*> DataWriter::spec() const {
  const TableMetadata& metadata = table_.metadata();
  const PartitionSpec* spec = metadata.find_spec(options_.spec_id.value_or(metadata.default_spec_id));
  if (spec != nullptr) return spec;
  return fail(ErrorKind::kUsage, 4032, fmt::format("there is no partition spec {}", *options_.spec_id),
              table_.name().to_string());
}

Result<std::vector<DataFile>> DataWriter::write(const std::shared_ptr<arrow::Table>& rows) {
  const TableMetadata& metadata = table_.metadata();
  GT_ASSIGN(const PartitionSpec* spec, this->spec());
  const std::size_t first = files_.size();
  if (rows->num_rows() == 0) return std::vector<DataFile>{};
  const Schema& schema = metadata.schema();
  GT_ASSIGN(const auto conformed, conform(schema, *rows));
  GT_ASSIGN(const auto batch, internal::one_batch(*conformed));
  GT_ASSIGN(std::vector<Part> parts, split(*spec, schema, *batch));
  for (Part& part : parts) {
    if (options_.sorted) internal::sort_rows(metadata.default_sort_order(), schema, *batch, part.rows);
    GT_RETURN_IF_ERROR(write_part(*spec, *batch, part.tuple, part.rows));
  }
  return std::vector<DataFile>(files_.begin() + static_cast<std::ptrdiff_t>(first), files_.end());
}

Result<std::vector<DataFile>> DataWriter::write_partition(const std::shared_ptr<arrow::Table>& rows,
                                                          const PartitionTuple& partition,
                                                          std::vector<std::int64_t> numbers) {
  const TableMetadata& metadata = table_.metadata();
  GT_ASSIGN(const PartitionSpec* spec, this->spec());
  const std::size_t first = files_.size();
  GT_ASSIGN(const auto conformed, conform(metadata.schema(), *rows));
  GT_ASSIGN(const auto batch, internal::one_batch(*conformed));
  if (options_.sorted) internal::sort_rows(metadata.default_sort_order(), metadata.schema(), *batch, numbers);
  GT_RETURN_IF_ERROR(write_part(*spec, *batch, partition, numbers));
  return std::vector<DataFile>(files_.begin() + static_cast<std::ptrdiff_t>(first), files_.end());
}

Result<std::vector<DataFile>> DataWriter::write_sorted(const RowSource& rows,
                                                       const PartitionTuple& partition) {
  GT_ASSIGN(const PartitionSpec* spec, this->spec());
  const std::size_t first = files_.size();
  for (std::int64_t begin = 0; begin < rows.rows; begin += rows_of_file()) {
    const RowSource of_file{
        .rows = std::min(rows_of_file(), rows.rows - begin),
        .take = [&](std::int64_t at, std::int64_t count) { return rows.take(begin + at, count); }};
    GT_RETURN_IF_ERROR(write_file(*spec, partition, of_file));
  }
  return std::vector<DataFile>(files_.begin() + static_cast<std::ptrdiff_t>(first), files_.end());
}

Status DataWriter::write_part(const PartitionSpec& spec, const arrow::RecordBatch& batch,
                              const PartitionTuple& tuple, const std::vector<std::int64_t>& rows) {
  const auto limit = static_cast<std::size_t>(rows_of_file());
  for (std::size_t begin = 0; begin < rows.size(); begin += limit) {
    const std::size_t end = std::min(rows.size(), begin + limit);
    const std::vector<std::int64_t> some(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                         rows.begin() + static_cast<std::ptrdiff_t>(end));
    GT_ASSIGN(const auto ordered, internal::take_rows(batch, some));
    const auto table = arrow::Table::Make(batch.schema(), ordered->columns(), ordered->num_rows());
    const auto slice = [&](std::int64_t first, std::int64_t count) -> Result<std::shared_ptr<arrow::Table>> {
      return table->Slice(first, count);
    };
    GT_RETURN_IF_ERROR(write_file(spec, tuple, RowSource{.rows = table->num_rows(), .take = slice}));
  }
  return {};
}

Status DataWriter::write_file(const PartitionSpec& spec, const PartitionTuple& tuple, const RowSource& rows) {
  const TableMetadata& metadata = table_.metadata();
  const std::string folder = spec.path(tuple, metadata.schema());
  GT_ASSIGN(const std::string path, to_path(metadata.location + "/data/" +
                                            (folder.empty() ? "" : folder + "/") + new_uuid() + ".parquet"));
  GT_ASSIGN(DataFile file, write_parquet(table_.filesystem(), path, metadata.schema(), rows,
                                         parquet_options(metadata, options_)));
  file.spec_id = spec.spec_id;
  file.partition = tuple;
  file.sort_order_id = metadata.default_sort_order_id;
  files_.push_back(std::move(file));
  return {};
}

std::int64_t DataWriter::rows_of_file() const { return std::max<std::int64_t>(options_.max_file_rows, 1); }

void DataWriter::discard() {
  for (const DataFile& file : files_) {
    // What cannot be removed stays as an orphan, which fsck lists.
    if (auto path = to_path(file.path)) (void)table_.filesystem().remove(*path);
  }
  files_.clear();
}

}  // namespace goldtape::table
