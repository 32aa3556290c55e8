// Between Arrow and us: errors, files, single values. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/literal.h"

namespace goldtape::table::internal {

/// An Error of Arrow's words.
[[nodiscard]] std::unexpected<Error> arrow_error(const arrow::Status& status, ErrorKind kind,
                                                 std::uint16_t code, std::string where);

/// A file being written through io::FileWriter. Its first error is kept, as Arrow would lose the kind.
class OutputFile final : public arrow::io::OutputStream {
 public:
  explicit OutputFile(std::unique_ptr<io::FileWriter> writer) : writer_(std::move(writer)) {}

  arrow::Status Write(const void* data, std::int64_t size) override;
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  [[nodiscard]] bool closed() const override { return closed_; }

  /// Publishes the file.
  Status commit();
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::int64_t size() const { return position_; }

 private:
  /// Parquet writes in pieces of a few bytes; the file gets them in pieces of this size.
  static constexpr std::size_t kBufferBytes = 1U << 20U;
  Status flush();

  std::unique_ptr<io::FileWriter> writer_;
  std::string buffer_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
};

/// A file read through io::FileSystem. Thread safe.
class InputFile final : public arrow::io::RandomAccessFile {
 public:
  [[nodiscard]] static Result<std::shared_ptr<InputFile>> open(std::shared_ptr<io::FileSystem> filesystem,
                                                               const std::string& path);
  InputFile(std::shared_ptr<io::FileSystem> filesystem, std::string path, std::int64_t size)
      : filesystem_(std::move(filesystem)), path_(std::move(path)), size_(size) {}

  arrow::Result<std::int64_t> GetSize() override { return size_; }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size) override;
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override;
  arrow::Status Seek(std::int64_t position) override;
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  arrow::Result<std::string> read_at(std::int64_t position, std::int64_t size);

  std::shared_ptr<io::FileSystem> filesystem_;
  std::string path_;
  std::int64_t size_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

/// The value of a row. Requires: a primitive array of a type that to_arrow gives.
[[nodiscard]] Literal literal_at(const arrow::Array& array, std::int64_t row);

/// A table's columns, each as one chunk.
[[nodiscard]] Result<std::shared_ptr<arrow::RecordBatch>> one_batch(const arrow::Table& table);

/// The rows of these positions, in their order.
[[nodiscard]] Result<std::shared_ptr<arrow::RecordBatch>> take_rows(const arrow::RecordBatch& batch,
                                                                    const std::vector<std::int64_t>& rows);

/// The field id in a field's `PARQUET:field_id` metadata; -1 for none.
[[nodiscard]] std::int32_t field_id_of(const arrow::Field& field);

}  // namespace goldtape::table::internal
