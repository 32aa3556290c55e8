#include "goldtape/table/delete_writer.h"

#include <algorithm>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/table.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/delete_file.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_writer.h"

namespace goldtape::table {
namespace {

arrow::Result<std::shared_ptr<arrow::Table>> delete_rows(const Schema& schema, const std::string& location,
                                                         const std::vector<std::int64_t>& rows) {
  arrow::StringBuilder paths;
  arrow::Int64Builder positions;
  for (const std::int64_t row : rows) {
    ARROW_RETURN_NOT_OK(paths.Append(location));
    ARROW_RETURN_NOT_OK(positions.Append(row));
  }
  ARROW_ASSIGN_OR_RAISE(auto path_column, paths.Finish());
  ARROW_ASSIGN_OR_RAISE(auto position_column, positions.Finish());
  return arrow::Table::Make(to_arrow(schema), {path_column, position_column});
}

}  // namespace

Result<DataFile> write_position_deletes(const Table& table, const DataFile& data_file,
                                        const std::vector<std::int64_t>& rows) {
  const Schema& schema = position_delete_columns();
  const auto made = delete_rows(schema, data_file.path, rows);
  if (!made.ok()) return internal::arrow_error(made.status(), ErrorKind::kInternal, 4035, data_file.path);
  const PartitionSpec* spec = table.metadata().find_spec(data_file.spec_id);
  const std::string folder = spec == nullptr ? "" : spec->path(data_file.partition, table.schema());
  GT_ASSIGN(const std::string path,
            to_path(table.metadata().location + "/data/" + (folder.empty() ? "" : folder + "/") + new_uuid() +
                    "-deletes.parquet"));
  GT_ASSIGN(DataFile file, write_parquet(table.filesystem(), path, schema, **made));
  file.content = FileContent::kPositionDeletes;
  file.spec_id = data_file.spec_id;
  file.partition = data_file.partition;
  file.referenced_data_file = data_file.path;
  // Whole, so that readers who look at bounds only see that it is about one file.
  file.lower_bounds.set(kDeletePathFieldId, data_file.path);
  file.upper_bounds.set(kDeletePathFieldId, data_file.path);
  return file;
}

std::vector<const DeleteFile*> deletes_of_file(const ScanTask& task) {
  const std::string path = normalise_location(task.file.path);
  std::vector<const DeleteFile*> found;
  for (const auto& deletes : task.deletes) {
    const DataFile& file = deletes->file();
    if (file.content != FileContent::kPositionDeletes || file.referenced_data_file.empty()) continue;
    if (normalise_location(file.referenced_data_file) == path) found.push_back(deletes.get());
  }
  return found;
}

Result<DataFile> write_more_position_deletes(const Table& table, const ScanTask& task,
                                             std::vector<std::int64_t> rows) {
  for (const DeleteFile* deletes : deletes_of_file(task)) {
    GT_ASSIGN(const auto* known,
              deletes->positions(table.shared_filesystem(), normalise_location(task.file.path)));
    if (known != nullptr) rows.insert(rows.end(), known->begin(), known->end());
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return write_position_deletes(table, task.file, rows);
}

}  // namespace goldtape::table
