#include "goldtape/table/parquet_reader.h"

#include <algorithm>
#include <set>

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/cast.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/column_conform_internal.h"
#include "goldtape/table/delete_file.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_input_internal.h"
#include "goldtape/table/parquet_metrics_internal.h"

namespace goldtape::table {
namespace {

using internal::unreadable;

struct OpenFile {
  std::shared_ptr<internal::InputFile> input;
  std::unique_ptr<parquet::arrow::FileReader> reader;

  [[nodiscard]] const parquet::FileMetaData& footer() const { return *reader->parquet_reader()->metadata(); }
};

Result<OpenFile> open_file(const std::shared_ptr<io::FileSystem>& filesystem, const std::string& path) {
  auto input = internal::InputFile::open(filesystem, path);
  if (!input) {
    if (input.error().kind == ErrorKind::kNotFound) return unreadable(path, "it is missing");
    return std::unexpected<Error>(input.error());
  }
  OpenFile file{*input, nullptr};
  parquet::arrow::FileReaderBuilder builder;
  const arrow::Status opened = builder.Open(file.input, internal::bounded_reader_properties());
  if (!opened.ok()) return unreadable(path, opened.message());
  parquet::ArrowReaderProperties arrow_properties;
  arrow_properties.set_pre_buffer(false);
  builder.properties(arrow_properties);
  const arrow::Status built = builder.Build(&file.reader);
  if (!built.ok()) return unreadable(path, built.message());
  return file;
}

bool has_field_ids(const parquet::FileMetaData& footer) {
  for (int i = 0; i < footer.schema()->num_columns(); ++i) {
    if (footer.schema()->GetColumnRoot(i)->field_id() >= 0) return true;
  }
  return false;
}

// The columns to read: those delivered, and those that the filter and the deletes need.
Schema wanted_schema(const ParquetRead& what) {
  Schema wanted = what.projection;
  for (const std::int32_t id : what.filter.field_ids()) {
    // A filter may name a nested field; its whole top-level column is read.
    for (const Field& field : what.table_schema.fields) {
      const bool holds =
          Schema{.schema_id = 0, .fields = {field}, .identifier_field_ids = {}}.find(id) != nullptr;
      if (holds && wanted.find(field.id) == nullptr) wanted.fields.push_back(field);
    }
  }
  if (what.deletes == nullptr) return wanted;
  for (const Field& field : what.deletes->columns()) {
    if (wanted.find(field.id) == nullptr) wanted.fields.push_back(field);
  }
  return wanted;
}

// All leaves of the wanted columns: what a struct lacks now still tells whether it is NULL.
std::vector<int> leaf_columns(const parquet::FileMetaData& footer, const Schema& wanted, bool has_ids) {
  std::vector<int> columns;
  for (int i = 0; i < footer.schema()->num_columns(); ++i) {
    const parquet::schema::Node& root = *footer.schema()->GetColumnRoot(i);
    const auto same = [&](const Field& field) {
      return has_ids ? field.id == root.field_id() : field.name == root.name();
    };
    if (std::any_of(wanted.fields.begin(), wanted.fields.end(), same)) columns.push_back(i);
  }
  return columns;
}

std::vector<int> matching_row_groups(const parquet::FileMetaData& footer, const ParquetRead& what) {
  std::vector<int> groups;
  for (int g = 0; g < footer.num_row_groups(); ++g) {
    if (!what.filter.is_always_true() &&
        !what.filter.may_match(internal::metrics_of(footer, what.table_schema, g), PartitionSpec{})) {
      continue;
    }
    groups.push_back(g);
  }
  return groups;
}

// The file's columns as the table's schema has them now: by id, promoted, NULL where the file has none.
Result<std::shared_ptr<arrow::Table>> conform(const arrow::Table& read, const Schema& wanted, bool has_ids,
                                              const std::string& path) {
  const auto schema = to_arrow(wanted);
  arrow::ChunkedArrayVector columns;
  for (std::size_t i = 0; i < wanted.fields.size(); ++i) {
    const auto& type = schema->field(static_cast<int>(i))->type();
    const int at = internal::find_field(read.schema()->fields(), wanted.fields[i], has_ids);
    auto column = at < 0 ? internal::all_null(type, read.num_rows())
                         : internal::conform_column(*read.column(at), *read.schema()->field(at),
                                                    wanted.fields[i], has_ids);
    if (!column)
      return unreadable(path, fmt::format("column {}: {}", wanted.fields[i].name, column.error().message));
    columns.push_back(*std::move(column));
  }
  return arrow::Table::Make(schema, std::move(columns), read.num_rows());
}

// Places in the file of the rows of these row groups.
std::vector<std::int64_t> row_positions(const parquet::FileMetaData& footer, const std::vector<int>& groups) {
  std::vector<std::int64_t> positions;
  std::int64_t first = 0;
  auto wanted = groups.begin();
  for (int g = 0; g < footer.num_row_groups() && wanted != groups.end(); ++g) {
    const std::int64_t rows = footer.RowGroup(g)->num_rows();
    if (*wanted == g) {
      for (std::int64_t i = 0; i < rows; ++i) positions.push_back(first + i);
      ++wanted;
    }
    first += rows;
  }
  return positions;
}

// `positions` become those of the rows that are left.
Result<std::shared_ptr<arrow::Table>> keep_undeleted(const std::shared_ptr<arrow::Table>& table,
                                                     const RowDeletes& deletes,
                                                     std::vector<std::int64_t>& positions) {
  GT_ASSIGN(const auto batch, internal::one_batch(*table));
  GT_ASSIGN(const std::vector<bool> kept, deletes.kept(*batch, positions));
  std::vector<std::int64_t> rows;
  for (std::size_t row = 0; row < kept.size(); ++row) {
    if (kept[row]) rows.push_back(static_cast<std::int64_t>(row));
  }
  if (rows.size() == kept.size()) return table;
  GT_ASSIGN(const auto left, internal::take_rows(*batch, rows));
  for (std::int64_t& row : rows) row = positions[static_cast<std::size_t>(row)];
  positions = std::move(rows);
  return arrow::Table::Make(left->schema(), left->columns(), left->num_rows());
}

Result<std::shared_ptr<arrow::Table>> keep_matches(const std::shared_ptr<arrow::Table>& table,
                                                   const BoundExpression& filter, const std::string& path) {
  if (filter.is_always_true()) return table;
  GT_ASSIGN(const auto batch, internal::one_batch(*table));
  GT_ASSIGN(const auto mask, filter.evaluate(*batch));
  if (mask->true_count() == batch->num_rows()) return table;
  auto kept =
      arrow::compute::Filter(arrow::Datum(batch), arrow::Datum(std::static_pointer_cast<arrow::Array>(mask)));
  if (!kept.ok()) return internal::arrow_error(kept.status(), ErrorKind::kInternal, 4035, path);
  auto result = arrow::Table::FromRecordBatches({kept->record_batch()});
  if (!result.ok()) return internal::arrow_error(result.status(), ErrorKind::kInternal, 4035, path);
  return *result;
}

Result<std::shared_ptr<arrow::Table>> read_open(OpenFile& file, const ParquetRead& what) {
  const parquet::FileMetaData& footer = file.footer();
  const Schema wanted = wanted_schema(what);
  const std::vector<int> groups = matching_row_groups(footer, what);
  const bool has_ids = has_field_ids(footer);
  const std::vector<int> columns = leaf_columns(footer, wanted, has_ids);
  std::shared_ptr<arrow::Table> table;
  if (columns.empty()) {
    // No column of the file is wanted: only the number of rows counts.
    std::int64_t rows = 0;
    for (const int g : groups) rows += footer.RowGroup(g)->num_rows();
    table = arrow::Table::Make(arrow::schema({}), arrow::ChunkedArrayVector{}, rows);
  } else {
    auto read = file.reader->ReadRowGroups(groups, columns);
    if (!read.ok()) return unreadable(what.path, read.status().message());
    table = *read;
  }
  GT_ASSIGN(table, conform(*table, wanted, has_ids, what.path));
  std::vector<std::int64_t> places;
  if (what.deletes != nullptr || what.places != nullptr) places = row_positions(footer, groups);
  if (what.deletes != nullptr) {
    GT_ASSIGN(table, keep_undeleted(table, *what.deletes, places));
  }
  if (what.places == nullptr) {
    GT_ASSIGN(table, keep_matches(table, what.filter, what.path));
  } else {
    *what.places = std::move(places);
  }
  if (wanted.fields.size() == what.projection.fields.size()) return table;
  std::vector<int> delivered;
  for (int i = 0; i < static_cast<int>(what.projection.fields.size()); ++i) delivered.push_back(i);
  auto selected = table->SelectColumns(delivered);
  if (!selected.ok()) return internal::arrow_error(selected.status(), ErrorKind::kInternal, 4035, what.path);
  return *selected;
}

}  // namespace

Result<std::shared_ptr<arrow::Table>> read_parquet(const std::shared_ptr<io::FileSystem>& filesystem,
                                                   const ParquetRead& what) {
  GT_ASSIGN(OpenFile file, open_file(filesystem, what.path));
  try {
    return read_open(file, what);
  } catch (const parquet::ParquetException& exception) {
    return unreadable(what.path, exception.what());
  }
}

Result<DataFile> parquet_metrics(const std::shared_ptr<io::FileSystem>& filesystem, const std::string& path,
                                 const Schema& schema) {
  GT_ASSIGN(OpenFile file, open_file(filesystem, path));
  try {
    DataFile metrics = internal::metrics_of(file.footer(), schema);
    internal::shorten_bounds(metrics, schema);
    metrics.path = to_location(path);
    GT_ASSIGN(const io::FileInfo info, filesystem->info(path));
    metrics.file_size_bytes = static_cast<std::int64_t>(info.size_bytes);
    return metrics;
  } catch (const parquet::ParquetException& exception) {
    return unreadable(path, exception.what());
  }
}

}  // namespace goldtape::table
