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
    std::int64_t nans = 0;
    if (field.type.id == TypeId::kDouble) {
      nans = count_nans<arrow::DoubleArray>(column);
    } else if (field.type.id == TypeId::kFloat) {
      nans = count_nans<arrow::FloatArray>(column);
    } else {
      continue;
    }
    const std::int64_t* before = file.nan_value_counts.find(field.id);
    file.nan_value_counts.set(field.id, (before == nullptr ? 0 : *before) + nans);
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

// Writes through Arrow, a row group at a time.
class ArrowWriter {
 public:
  ArrowWriter(std::shared_ptr<internal::OutputFile> out, const Schema& schema, const ParquetOptions& options)
      : out_(std::move(out)), schema_(schema), options_(options) {}

  arrow::Status write(const arrow::Table& rows) {
    if (writer_ == nullptr) ARROW_RETURN_NOT_OK(open(rows));
    return writer_->WriteTable(rows, options_.row_group_rows);
  }
  // The footer comes back.
  arrow::Result<std::shared_ptr<parquet::FileMetaData>> close() {
    ARROW_RETURN_NOT_OK(writer_->Close());
    return writer_->metadata();
  }

 private:
  arrow::Status open(const arrow::Table& rows) {
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().build();
    return parquet::arrow::FileWriter::Open(*schema_as_given(schema_, rows), arrow::default_memory_pool(),
                                            out_, writer_properties(schema_, options_), arrow_properties)
        .Value(&writer_);
  }

  std::shared_ptr<internal::OutputFile> out_;
  const Schema& schema_;
  const ParquetOptions& options_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

// Writes all rows and counts their NaNs; the footer comes back.
Result<std::shared_ptr<parquet::FileMetaData>> write_rows(ArrowWriter& writer, const Schema& schema,
                                                          const RowSource& rows, std::int64_t row_group_rows,
                                                          DataFile& nans, const std::string& path) {
  const auto arrow_failed = [&](const arrow::Status& status) {
    return internal::arrow_error(status, ErrorKind::kInternal, 4035, path);
  };
  std::int64_t first = 0;
  do {  // A file without rows has its columns all the same.
    const std::int64_t count = std::min(row_group_rows, rows.rows - first);
    GT_ASSIGN(const auto some, rows.take(first, count));
    GT_RETURN_IF_ERROR(check_rows(schema, *some));
    if (const auto written = writer.write(*some); !written.ok()) return arrow_failed(written);
    add_nan_counts(nans, schema, *some);
    first += count;
  } while (first < rows.rows);
  auto footer = writer.close();
  if (!footer.ok()) return arrow_failed(footer.status());
  return *std::move(footer);
}

}  // namespace

Result<DataFile> write_parquet(io::FileSystem& filesystem, const std::string& path, const Schema& schema,
                               const RowSource& rows, const ParquetOptions& options) {
  GT_ASSIGN(auto file_writer, filesystem.create(path, {}));
  const auto out = std::make_shared<internal::OutputFile>(std::move(file_writer));
  ArrowWriter writer(out, schema, options);
  DataFile nans;
  std::shared_ptr<parquet::FileMetaData> footer;
  try {
    auto written = write_rows(writer, schema, rows, options.row_group_rows, nans, path);
    if (out->error()) return std::unexpected<Error>(*out->error());
    GT_RETURN_IF_ERROR(written);
    footer = *std::move(written);
  } catch (const parquet::ParquetException& exception) {
    if (out->error()) return std::unexpected<Error>(*out->error());
    return fail(ErrorKind::kInternal, 4035, exception.what(), path);
  }
  GT_RETURN_IF_ERROR(out->commit());
  DataFile file = internal::metrics_of(*footer, schema);
  internal::shorten_bounds(file, schema);
  file.nan_value_counts = std::move(nans.nan_value_counts);
  file.path = to_location(path);
  file.file_size_bytes = out->size();
  return file;
}

Result<DataFile> write_parquet(io::FileSystem& filesystem, const std::string& path, const Schema& schema,
                               const arrow::Table& rows, const ParquetOptions& options) {
  GT_RETURN_IF_ERROR(check_rows(schema, rows));
  const auto slice = [&](std::int64_t first, std::int64_t count) -> Result<std::shared_ptr<arrow::Table>> {
    return rows.Slice(first, count);
  };
  return write_parquet(filesystem, path, schema, RowSource{.rows = rows.num_rows(), .take = slice}, options);
}

}  // namespace goldtape::table
