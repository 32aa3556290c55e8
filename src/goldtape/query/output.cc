#include "goldtape/query/output.h"

#include <ostream>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "goldtape/query/cell_text.h"
#include "goldtape/query/engine_internal.h"
#include "goldtape/query/text_table_internal.h"

namespace goldtape::query {

namespace {

constexpr std::int64_t kParquetRowGroupRows = 1'000'000;

Result<std::shared_ptr<arrow::RecordBatch>> next(arrow::RecordBatchReader& rows) {
  std::shared_ptr<arrow::RecordBatch> batch;
  const auto status = rows.ReadNext(&batch);
  if (!status.ok()) return std::unexpected(internal::stream_error(status));
  return batch;
}

Status check(const std::ostream& out) {
  if (out.good()) return {};
  return fail(ErrorKind::kIo, 7001,
              "the output could not be written whole; is the disk full or the pipe closed?");
}

std::string csv_field(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return {};
  auto text = cell_text(array, row, "");
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

Result<std::int64_t> write_csv(arrow::RecordBatchReader& rows, std::ostream& out) {
  const auto schema = rows.schema();
  for (int c = 0; c < schema->num_fields(); ++c) out << (c > 0 ? "," : "") << schema->field(c)->name();
  out << '\n';
  std::int64_t count = 0;
  for (;;) {
    GT_ASSIGN(const auto batch, next(rows));
    if (batch == nullptr) break;
    for (std::int64_t r = 0; r < batch->num_rows(); ++r) {
      for (int c = 0; c < batch->num_columns(); ++c)
        out << (c > 0 ? "," : "") << csv_field(*batch->column(c), r);
      out << '\n';
    }
    count += batch->num_rows();
    GT_RETURN_IF_ERROR(check(out));
  }
  return count;
}

Result<std::int64_t> write_json(arrow::RecordBatchReader& rows, bool lines, std::ostream& out) {
  const auto schema = rows.schema();
  std::vector<std::string> keys;
  for (const auto& field : schema->fields()) keys.push_back(json_string(field->name()) + ":");
  std::int64_t count = 0;
  if (!lines) out << '[';
  for (;;) {
    GT_ASSIGN(const auto batch, next(rows));
    if (batch == nullptr) break;
    for (std::int64_t r = 0; r < batch->num_rows(); ++r, ++count) {
      if (!lines) out << (count > 0 ? ",\n " : "\n ");
      for (int c = 0; c < batch->num_columns(); ++c) {
        out << (c > 0 ? ',' : '{') << keys[static_cast<std::size_t>(c)] << cell_json(*batch->column(c), r);
      }
      out << (lines ? "}\n" : "}");
    }
    GT_RETURN_IF_ERROR(check(out));
  }
  if (!lines) out << (count > 0 ? "\n]\n" : "]\n");
  return count;
}

Status arrow_status(const arrow::Status& status) {
  if (status.ok()) return {};
  return fail(ErrorKind::kIo, 7001, fmt::format("cannot write Parquet: {}", status.ToString()));
}

Result<std::int64_t> write_parquet(arrow::RecordBatchReader& rows, std::ostream& out) {
  auto sink = arrow::io::BufferOutputStream::Create();
  if (!sink.ok()) return fail(ErrorKind::kInternal, 6009, sink.status().ToString());
  const auto properties = parquet::WriterProperties::Builder()
                              .compression(parquet::Compression::ZSTD)
                              ->max_row_group_length(kParquetRowGroupRows)
                              ->build();
  auto opened =
      parquet::arrow::FileWriter::Open(*rows.schema(), arrow::default_memory_pool(), *sink, properties);
  if (!opened.ok()) return fail(ErrorKind::kUsage, 6011, opened.status().ToString());
  std::int64_t count = 0;
  for (;;) {
    GT_ASSIGN(const auto batch, next(rows));
    if (batch == nullptr) break;
    GT_RETURN_IF_ERROR(arrow_status((*opened)->WriteRecordBatch(*batch)));
    count += batch->num_rows();
  }
  GT_RETURN_IF_ERROR(arrow_status((*opened)->Close()));
  const auto buffer = (*sink)->Finish();
  if (!buffer.ok()) return fail(ErrorKind::kInternal, 6009, buffer.status().ToString());
  out.write(reinterpret_cast<const char*>((*buffer)->data()), (*buffer)->size());
  GT_RETURN_IF_ERROR(check(out));
  return count;
}

Result<std::int64_t> write_table(arrow::RecordBatchReader& rows, const OutputOptions& options,
                                 std::ostream& out) {
  internal::TextTable table(*rows.schema(), options.max_rows, options.max_column_width);
  std::int64_t count = 0;
  for (;;) {
    GT_ASSIGN(const auto batch, next(rows));
    if (batch == nullptr) break;
    table.add(*batch);
    count += batch->num_rows();
  }
  table.print(out);
  GT_RETURN_IF_ERROR(check(out));
  return count;
}

}  // namespace

Result<OutputFormat> parse_output_format(std::string_view text) {
  if (text == "table") return OutputFormat::kTable;
  if (text == "csv") return OutputFormat::kCsv;
  if (text == "json") return OutputFormat::kJson;
  if (text == "ndjson") return OutputFormat::kNdjson;
  if (text == "parquet") return OutputFormat::kParquet;
  return fail(ErrorKind::kUsage, 6010,
              fmt::format("'{}' is not an output format; one of table, csv, json, ndjson, parquet", text));
}

Result<std::int64_t> write_rows(arrow::RecordBatchReader& rows, const OutputOptions& options,
                                std::ostream& out) {
  switch (options.format) {
    case OutputFormat::kTable: return write_table(rows, options, out);
    case OutputFormat::kCsv: return write_csv(rows, out);
    case OutputFormat::kJson: return write_json(rows, false, out);
    case OutputFormat::kNdjson: return write_json(rows, true, out);
    case OutputFormat::kParquet: return write_parquet(rows, out);
  }
  return fail(ErrorKind::kInternal, 6009, "unknown output format");
}

}  // namespace goldtape::query
