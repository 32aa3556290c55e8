#include <algorithm>
#include <charconv>
#include <cstring>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "goldtape/table/arrow_internal.h"

namespace goldtape::table::internal {

std::unexpected<Error> arrow_error(const arrow::Status& status, ErrorKind kind, std::uint16_t code,
                                   std::string where) {
  return fail(kind, code, status.message(), std::move(where));
}

Status OutputFile::flush() {
  if (buffer_.empty()) return {};
  Status written = writer_->append(buffer_);
  buffer_.clear();
  return written;
}

arrow::Status OutputFile::Write(const void* data, std::int64_t size) {
  buffer_.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  position_ += size;
  if (buffer_.size() < kBufferBytes) return arrow::Status::OK();
  if (const Status written = flush(); !written) {
    error_ = written.error();
    return arrow::Status::IOError(written.error().to_string());
  }
  return arrow::Status::OK();
}

arrow::Status OutputFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

Status OutputFile::commit() {
  GT_RETURN_IF_ERROR(flush());
  return writer_->commit();
}

Result<std::shared_ptr<InputFile>> InputFile::open(std::shared_ptr<io::FileSystem> filesystem,
                                                   const std::string& path) {
  GT_ASSIGN(const io::FileInfo info, filesystem->info(path));
  return std::make_shared<InputFile>(std::move(filesystem), path, static_cast<std::int64_t>(info.size_bytes));
}

arrow::Result<std::string> InputFile::read_at(std::int64_t position, std::int64_t size) {
  if (position < 0 || size < 0) return arrow::Status::Invalid("a negative position or size");
  auto bytes =
      filesystem_->read_range(path_, static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(size));
  if (!bytes) return arrow::Status::IOError(bytes.error().to_string());
  return *std::move(bytes);
}

arrow::Result<std::int64_t> InputFile::ReadAt(std::int64_t position, std::int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::string bytes, read_at(position, size));
  std::memcpy(out, bytes.data(), bytes.size());
  return static_cast<std::int64_t>(bytes.size());
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::ReadAt(std::int64_t position, std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(std::string bytes, read_at(position, size));
  return arrow::Buffer::FromString(std::move(bytes));
}

arrow::Result<std::int64_t> InputFile::Read(std::int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t read, ReadAt(position_, size, out));
  position_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::Read(std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
  position_ += buffer->size();
  return buffer;
}

arrow::Status InputFile::Seek(std::int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Status InputFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

namespace {

template <typename ArrayType>
auto value_of(const arrow::Array& array, std::int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

}  // namespace

Literal literal_at(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return {};
  switch (array.type_id()) {
    case arrow::Type::BOOL: return value_of<arrow::BooleanArray>(array, row);
    case arrow::Type::INT32: return value_of<arrow::Int32Array>(array, row);
    case arrow::Type::DATE32: return value_of<arrow::Date32Array>(array, row);
    case arrow::Type::INT64: return std::int64_t{value_of<arrow::Int64Array>(array, row)};
    case arrow::Type::TIME64: return std::int64_t{value_of<arrow::Time64Array>(array, row)};
    case arrow::Type::TIMESTAMP: return std::int64_t{value_of<arrow::TimestampArray>(array, row)};
    case arrow::Type::FLOAT: return value_of<arrow::FloatArray>(array, row);
    case arrow::Type::DOUBLE: return value_of<arrow::DoubleArray>(array, row);
    case arrow::Type::DECIMAL128:
      return arrow::Decimal128(static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row));
    case arrow::Type::FIXED_SIZE_BINARY:
      return std::string(static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(row));
    default: return {};
  }
}

Result<std::shared_ptr<arrow::RecordBatch>> one_batch(const arrow::Table& table) {
  auto batch = table.CombineChunksToBatch();
  if (!batch.ok()) return arrow_error(batch.status(), ErrorKind::kInternal, 4035, "");
  return *batch;
}

Result<std::shared_ptr<arrow::RecordBatch>> take_rows(const arrow::RecordBatch& batch,
                                                      const std::vector<std::int64_t>& rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  const auto breaks = [](std::int64_t row, std::int64_t next) { return next != row + 1; };
  if (count == batch.num_rows() && std::ranges::adjacent_find(rows, breaks) == rows.end())
    return batch.Slice(0);
  const arrow::Int64Array indices(count, arrow::Buffer::Wrap(rows));
  arrow::ArrayVector columns;
  for (const auto& column : batch.columns()) {
    auto taken = arrow::compute::Take(*column, indices, arrow::compute::TakeOptions::NoBoundsCheck());
    if (!taken.ok()) return arrow_error(taken.status(), ErrorKind::kInternal, 4035, "");
    columns.push_back(*taken);
  }
  return arrow::RecordBatch::Make(batch.schema(), count, std::move(columns));
}

std::int32_t field_id_of(const arrow::Field& field) {
  if (field.metadata() == nullptr) return -1;
  const auto text = field.metadata()->Get("PARQUET:field_id");
  if (!text.ok()) return -1;
  std::int32_t id = -1;
  std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

}  // namespace goldtape::table::internal
