// Delete files of a snapshot: which of them apply to a data file, and the rows they take out of it.
// Source: Iceberg table spec v2, "Scan Planning", "Delete Formats".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/table/manifest.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {

/// Field ids that the spec reserves for the columns of position delete files.
inline constexpr std::int32_t kDeletePathFieldId = 2147483546;
inline constexpr std::int32_t kDeletePositionFieldId = 2147483545;

/// Rows as keys of the columns that an equality delete compares: NULL equals NULL, NaN equals NaN.
struct EqualityKeys {
  Schema columns;  ///< Top-level columns, as the table has (or last had) them.
  std::unordered_set<std::string> keys;
};

/// One delete file. What it says is read at the first call and kept as long as the object lives. Thread safe.
class DeleteFile {
 public:
  DeleteFile(DataFile file, std::string path, std::int64_t sequence_number)
      : file_(std::move(file)), path_(std::move(path)), sequence_number_(sequence_number) {}

  [[nodiscard]] const DataFile& file() const { return file_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t sequence_number() const { return sequence_number_; }

  /// Positions deleted in the data file of this normalised location, ascending, perhaps with repetitions;
  /// null for none. Requires: position deletes. Errors: kDamaged GT4025, GT4402 what is in the file.
  [[nodiscard]] Result<const std::vector<std::int64_t>*> positions(
      const std::shared_ptr<io::FileSystem>& filesystem, const std::string& data_file) const;
  /// Requires: equality deletes. Errors: kDamaged GT4025, GT4402; kUnsupported GT4401 for keys in nested
  /// fields.
  [[nodiscard]] Result<const EqualityKeys*> keys(const std::shared_ptr<io::FileSystem>& filesystem,
                                                 const TableMetadata& metadata) const;

 private:
  using Positions = std::unordered_map<std::string, std::vector<std::int64_t>>;

  DataFile file_;
  std::string path_;
  std::int64_t sequence_number_ = 0;
  mutable std::mutex mutex_;
  mutable std::optional<Positions> positions_;
  mutable std::optional<EqualityKeys> keys_;
};

/// The columns of position delete files, file_path and pos: as read, where a NULL is a fault that is told.
[[nodiscard]] const Schema& position_delete_schema();
/// As written: required.
[[nodiscard]] const Schema& position_delete_columns();

using DeleteFiles = std::vector<std::shared_ptr<const DeleteFile>>;

/// All delete files of a snapshot, by partition; position deletes of one data file by that file, whatever
/// partition they are said to be of, as Iceberg's own library and DuckDB take them.
class DeleteIndex {
 public:
  /// Errors: kUnsupported GT4401 for deletion vectors and other formats than Parquet; GT4026.
  Status add(ManifestEntry entry, const PartitionSpec& spec, const TableMetadata& metadata);

  [[nodiscard]] bool empty() const { return global_.empty() && by_partition_.empty() && by_file_.empty(); }
  /// All that were added.
  [[nodiscard]] DeleteFiles all() const;
  /// Those that may take rows out of a data file of this data sequence number: position deletes not older
  /// than it, equality deletes that are younger, of its partition or (equality deletes of an unpartitioned
  /// spec) of all.
  [[nodiscard]] DeleteFiles find(const DataFile& file, std::int64_t sequence_number,
                                 const TableMetadata& metadata) const;

 private:
  DeleteFiles global_;
  std::map<std::string, DeleteFiles> by_partition_;
  std::map<std::string, DeleteFiles> by_file_;  ///< By normalised location.
};

/// The rows that delete files take out of one data file.
class RowDeletes {
 public:
  /// Reads the delete files of a data file. `location` is as its manifest names it. Errors: those of
  /// DeleteFile.
  [[nodiscard]] static Result<std::shared_ptr<const RowDeletes>> load(
      const std::shared_ptr<io::FileSystem>& filesystem, const TableMetadata& metadata,
      const std::string& location, const DeleteFiles& deletes);

  /// Places that position deletes name; ascending, each once.
  [[nodiscard]] const std::vector<std::int64_t>& positions() const { return positions_; }
  /// Whether there are no other deletes.
  [[nodiscard]] bool by_position_only() const { return keys_.empty(); }

  /// Columns that `kept` needs, beside those that are read anyway.
  [[nodiscard]] const std::vector<Field>& columns() const { return columns_; }

  /// For rows of a batch, of which `positions[i]` is row i's place in the file: which of them stay. Fields of
  /// the batch carry `PARQUET:field_id`. Errors: GT4402.
  [[nodiscard]] Result<std::vector<bool>> kept(const arrow::RecordBatch& batch,
                                               const std::vector<std::int64_t>& positions) const;

 private:
  std::vector<std::int64_t> positions_;  ///< Ascending, each once.
  std::vector<const EqualityKeys*> keys_;
  std::vector<Field> columns_;
  DeleteFiles owners_;  ///< Of what `keys_` points to.
};

}  // namespace goldtape::table
