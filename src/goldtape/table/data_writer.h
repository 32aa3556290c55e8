// Turns rows into data files of a table: splits them by partition, sorts, writes, fills in the metrics.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/parquet_writer.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

struct DataWriterOptions {
  std::optional<std::int32_t> spec_id = {};    ///< Absent: the table's default spec.
  std::optional<ParquetOptions> parquet = {};  ///< Absent: what the table's properties say.
  std::int64_t max_file_rows = 16'777'216;     ///< A partition with more becomes several files.
  bool sorted = true;                          ///< Sort by the table's order; false when rows are sorted.
};

/// Writes files of one table. Data files are the caller's until committed: `discard` them when the commit
/// fails. Not thread safe.
class DataWriter {
 public:
  explicit DataWriter(Table table, DataWriterOptions options = {});

  /// Splits, sorts and writes rows. They have the table's columns by name; their order is free, a missing
  /// optional column is NULL. Each call makes its own files: hand over all rows of a partition at once.
  /// Errors: kUsage GT4030 (columns, types, NULL in a required column), io's.
  Result<std::vector<DataFile>> write(const std::shared_ptr<arrow::Table>& rows);

  /// Sorts and writes some rows, all of one partition: those of these numbers. As `write` otherwise.
  Result<std::vector<DataFile>> write_partition(const std::shared_ptr<arrow::Table>& rows,
                                                const PartitionTuple& partition,
                                                std::vector<std::int64_t> numbers);

  /// Writes rows that are sorted and all of one partition, as write_parquet takes them. As `write` otherwise.
  Result<std::vector<DataFile>> write_sorted(const RowSource& rows, const PartitionTuple& partition);

  /// All files written so far.
  [[nodiscard]] const std::vector<DataFile>& files() const { return files_; }
  /// Removes them, as far as that can be done.
  void discard();

 private:
  Table table_;
  DataWriterOptions options_;
  Result<const PartitionSpec*> spec() const;
  Status write_part(const PartitionSpec& spec, const arrow::RecordBatch& batch, const PartitionTuple& tuple,
                    const std::vector<std::int64_t>& rows);
  Status write_file(const PartitionSpec& spec, const PartitionTuple& tuple, const RowSource& rows);
  [[nodiscard]] std::int64_t rows_of_file() const;

  std::vector<DataFile> files_;
};

}  // namespace goldtape::table
