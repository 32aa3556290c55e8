#include "goldtape/table/parquet_writer.h"

#include <cmath>
#include <limits>

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/config.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/file_writer.h>
#include <parquet/properties.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_metrics_internal.h"

namespace goldtape::table {
namespace {

parquet::Compression::type codec_of(ParquetCodec codec) {
  switch (codec) {
    case ParquetCodec::kSnappy: return parquet::Compression::SNAPPY;
    case ParquetCodec::kZstd: return parquet::Compression::ZSTD;
    case ParquetCodec::kUncompressed: break;
  }
  return parquet::Compression::UNCOMPRESSED;
}

// Integers, instants and decimals of up to 18 digits are INT32 or INT64 in the file: deltas suit them.
bool is_delta_coded(const Type& type) {
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: return true;
    case TypeId::kDecimal: return type.precision <= 18;
    default: return false;
  }
}

std::shared_ptr<parquet::WriterProperties> writer_properties(const Schema& schema,
                                                             const ParquetOptions& options) {
  parquet::WriterProperties::Builder builder;
  builder.version(parquet::ParquetVersion::PARQUET_2_6)
      ->created_by("goldtape with " + arrow::GetBuildInfo().version_string)
      ->compression(codec_of(options.codec))
      ->max_row_group_length(options.row_group_rows)
      ->max_rows_per_page(options.page_rows)
      ->write_batch_size(options.page_rows)
      ->data_page_version(parquet::ParquetDataPageVersion::V1)
      ->enable_write_page_index()
      ->enable_page_checksum()
      ->enable_store_decimal_as_integer()
      ->set_size_statistics_level(parquet::SizeStatisticsLevel::None);
  for (const Field& field : schema.fields) {
    if (is_delta_coded(field.type)) {
      builder.disable_dictionary(field.name)->encoding(field.name, parquet::Encoding::DELTA_BINARY_PACKED);
    } else if (field.type.id == TypeId::kDouble || field.type.id == TypeId::kFloat) {
      builder.disable_dictionary(field.name);
    }
  }
  return builder.build();
}

// Strings may come as numbers into a dictionary of strings.
bool has_type(const arrow::ChunkedArray& column, const arrow::DataType& expected) {
  if (column.type()->Equals(expected)) return true;
  const auto* dictionary = dynamic_cast<const arrow::DictionaryType*>(column.type().get());
  return dictionary != nullptr && expected.id() == arrow::Type::STRING &&
         dictionary->value_type()->Equals(expected);
}

Status check_rows(const Schema& schema, const arrow::Table& rows) {
  const auto expected = to_arrow(schema);
  for (int i = 0; i < expected->num_fields(); ++i) {
    const auto& field = expected->field(i);
    if (i >= rows.num_columns() || rows.schema()->field(i)->name() != field->name() ||
        !has_type(*rows.column(i), *field->type())) {
      return fail(ErrorKind::kUsage, 4030,
                  fmt::format("the rows should have the column {} of type {} at position {}", field->name(),
                              field->type()->ToString(), i));
    }
    if (!field->nullable() && rows.column(i)->null_count() > 0) {
      return fail(ErrorKind::kUsage, 4030,
                  fmt::format("the column {} is required, but {} of its values are NULL", field->name(),
                              rows.column(i)->null_count()));
    }
  }
  if (rows.num_columns() != expected->num_fields()) {
    return fail(ErrorKind::kUsage, 4030, "the rows have more columns than the table");
  }
  return {};
}

template <typename ArrayType>
std::int64_t count_nans(const arrow::ChunkedArray& column) {
  std::int64_t nans = 0;
  for (const auto& chunk : column.chunks()) {
    const auto& values = static_cast<const ArrayType&>(*chunk);
    for (std::int64_t i = 0; i < values.length(); ++i) {
      if (values.IsValid(i) && std::isnan(values.Value(i))) ++nans;
    }
  }
  return nans;
}

void add_nan_counts(DataFile& file, const Schema& schema, const arrow::Table& rows) {
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    const arrow::ChunkedArray& column = *rows.column(static_cast<int>(i));
    if (field.type.id == TypeId::kDouble)
      file.nan_value_counts.set(field.id, count_nans<arrow::DoubleArray>(column));
    if (field.type.id == TypeId::kFloat)
      file.nan_value_counts.set(field.id, count_nans<arrow::FloatArray>(column));
  }
}

// The schema's fields; strings that come as dictionaries are said to.
std::shared_ptr<arrow::Schema> schema_as_given(const Schema& schema, const arrow::Table& rows) {
  arrow::FieldVector fields = to_arrow(schema)->fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& given = rows.column(static_cast<int>(i))->type();
    if (given->id() == arrow::Type::DICTIONARY) fields[i] = fields[i]->WithType(given);
  }
  return arrow::schema(std::move(fields));
}

// Writes through Arrow; its footer comes back.
arrow::Result<std::shared_ptr<parquet::FileMetaData>> write_rows(
    const std::shared_ptr<internal::OutputFile>& out, const Schema& schema, const arrow::Table& rows,
    const ParquetOptions& options) {
  const auto arrow_properties = parquet::ArrowWriterProperties::Builder().build();
  ARROW_ASSIGN_OR_RAISE(auto writer, parquet::arrow::FileWriter::Open(
                                         *schema_as_given(schema, rows), arrow::default_memory_pool(), out,
                                         writer_properties(schema, options), arrow_properties));
  ARROW_RETURN_NOT_OK(writer->WriteTable(rows, options.row_group_rows));
  ARROW_RETURN_NOT_OK(writer->Close());
  return writer->metadata();
}

}  // namespace

Result<DataFile> write_parquet(io::FileSystem& filesystem, const std::string& path, const Schema& schema,
                               const arrow::Table& rows, const ParquetOptions& options) {
  GT_RETURN_IF_ERROR(check_rows(schema, rows));
  GT_ASSIGN(auto writer, filesystem.create(path, {}));
  const auto out = std::make_shared<internal::OutputFile>(std::move(writer));
  std::shared_ptr<parquet::FileMetaData> footer;
  try {
    auto written = write_rows(out, schema, rows, options);
    if (out->error()) return std::unexpected<Error>(*out->error());
    if (!written.ok()) return internal::arrow_error(written.status(), ErrorKind::kInternal, 4035, path);
    footer = *std::move(written);
  } catch (const parquet::ParquetException& exception) {
    if (out->error()) return std::unexpected<Error>(*out->error());
    return fail(ErrorKind::kInternal, 4035, exception.what(), path);
  }
  GT_RETURN_IF_ERROR(out->commit());
  DataFile file = internal::metrics_of(*footer, schema);
  internal::shorten_bounds(file, schema);
  add_nan_counts(file, schema, rows);
  file.path = to_location(path);
  file.file_size_bytes = out->size();
  return file;
}

}  // namespace goldtape::table
