#include "goldtape/table/relocate_deletes.h"

#include <string>
#include <utility>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/delete_file.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/parquet_writer.h"
#include "goldtape/table/table_metadata.h"

namespace goldtape::table {
namespace {

std::unexpected<Error> damaged(const std::string& path) {
  return fail(ErrorKind::kDamaged, 4402, "a position delete is NULL", path);
}

Result<std::shared_ptr<arrow::Table>> moved_rows(const DataFile& file, const std::string& path,
                                                 const Relocation& relocation,
                                                 const std::shared_ptr<io::FileSystem>& files) {
  const Schema& schema = position_delete_schema();
  GT_ASSIGN(const auto rows,
            read_parquet(files, {.path = path, .projection = schema, .table_schema = schema, .filter = {}}));
  GT_ASSIGN(const auto batch, internal::one_batch(*rows));
  const auto& paths = static_cast<const arrow::StringArray&>(*batch->column(0));
  if (paths.null_count() > 0 || batch->column(1)->null_count() > 0) return damaged(file.path);
  arrow::StringBuilder moved;
  arrow::Status status;
  std::string last;
  for (std::int64_t row = 0; row < paths.length() && status.ok(); ++row) {
    if (row == 0 || paths.GetView(row) != paths.GetView(row - 1))
      last = relocation.moved(paths.GetString(row));
    status = moved.Append(last);
  }
  std::shared_ptr<arrow::Array> column;
  if (status.ok()) status = moved.Finish(&column);
  if (!status.ok()) return internal::arrow_error(status, ErrorKind::kInternal, 4035, file.path);
  return arrow::Table::Make(to_arrow(position_delete_columns()), {column, batch->column(1)});
}

void move_bound(FieldMap<std::string>& bounds, const Relocation& relocation) {
  const std::string* bound = bounds.find(kDeletePathFieldId);
  if (bound != nullptr) bounds.set(kDeletePathFieldId, relocation.moved(*bound));
}

}  // namespace

Result<DataFile> relocate_deletes(const DataFile& file, const Relocation& relocation,
                                  const std::shared_ptr<io::FileSystem>& files) {
  if (file.format != "PARQUET" && file.format != "parquet") {
    return fail(ErrorKind::kUnsupported, 5123,
                "a delete file in the format " + file.format +
                    " cannot be moved; compact the table and expire "
                    "its snapshots first",
                file.path);
  }
  DataFile out = file;
  out.path = relocation.moved(file.path);
  GT_ASSIGN(const std::string now, to_path(relocation.moved_already ? out.path : file.path));
  GT_ASSIGN(std::string target, to_path(out.path));
  if (file.content == FileContent::kEqualityDeletes) {
    if (now == target) return out;
    GT_ASSIGN(const std::string bytes, files->read(now));
    GT_RETURN_IF_ERROR(files->write(target, bytes, {.overwrite = true, .durable = true}));
    return out;
  }
  GT_ASSIGN(const auto rows, moved_rows(file, now, relocation, files));
  target = target.substr(0, target.rfind('/') + 1) + new_uuid() + "-deletes.parquet";
  GT_ASSIGN(const DataFile written, write_parquet(*files, target, position_delete_columns(), *rows));
  out.path = written.path;
  out.file_size_bytes = written.file_size_bytes;
  out.column_sizes = written.column_sizes;
  out.split_offsets = written.split_offsets;
  move_bound(out.lower_bounds, relocation);
  move_bound(out.upper_bounds, relocation);
  if (!out.referenced_data_file.empty())
    out.referenced_data_file = relocation.moved(out.referenced_data_file);
  return out;
}

}  // namespace goldtape::table
