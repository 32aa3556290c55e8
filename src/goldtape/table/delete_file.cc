#include "goldtape/table/delete_file.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <fmt/format.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_reader.h"

namespace goldtape::table {
namespace {

std::unexpected<Error> damaged(const std::string& path, std::string message) {
  return fail(ErrorKind::kDamaged, 4402, std::move(message), path);
}

// Bytes that are equal for equal values: one zero, one NaN.
void append_key(const Literal& value, const Type& type, std::string& key) {
  if (holds_null(value)) {
    key += 'n';
    return;
  }
  Literal plain = value;
  if (auto* number = std::get_if<double>(&plain)) {
    if (*number == 0.0) *number = 0.0;
    if (std::isnan(*number)) *number = std::numeric_limits<double>::quiet_NaN();
  } else if (auto* real = std::get_if<float>(&plain)) {
    if (*real == 0.0F) *real = 0.0F;
    if (std::isnan(*real)) *real = std::numeric_limits<float>::quiet_NaN();
  }
  const std::string bytes = to_bytes(plain, type);
  key += 'v';
  key += std::to_string(bytes.size());
  key += ':';
  key += bytes;
}

std::shared_ptr<arrow::Array> column_of(const arrow::RecordBatch& batch, std::int32_t field_id) {
  for (int i = 0; i < batch.num_columns(); ++i) {
    if (internal::field_id_of(*batch.schema()->field(i)) == field_id) return batch.column(i);
  }
  return nullptr;
}

// The columns that rows are compared by; those dropped since are taken from the newest schema that has them.
Result<Schema> key_columns(const TableMetadata& metadata, const DataFile& file) {
  Schema columns;
  if (file.equality_ids.empty()) return damaged(file.path, "an equality delete file says not which columns");
  for (const std::int32_t id : file.equality_ids) {
    const Field* found = nullptr;
    bool nested = false;
    const auto look = [&](const Schema& schema) {
      for (const Field& field : schema.fields) {
        if (found == nullptr && field.id == id) found = &field;
      }
      nested = nested || (found == nullptr && schema.find(id) != nullptr);
    };
    look(metadata.schema());
    for (auto schema = metadata.schemas.rbegin(); found == nullptr && schema != metadata.schemas.rend();
         ++schema) {
      look(*schema);
    }
    if (found == nullptr && !nested) {
      return damaged(file.path, fmt::format("equality deletes by field {}, which no schema has", id));
    }
    if (found == nullptr || !found->type.is_primitive()) {
      return fail(ErrorKind::kUnsupported, 4401, fmt::format("equality deletes by the nested field {}", id),
                  file.path);
    }
    columns.fields.push_back(*found);
    columns.fields.back().required = false;
  }
  return columns;
}

}  // namespace

const Schema& position_delete_schema() {
  static const Schema kSchema{.schema_id = 0,
                              .fields = {{.id = kDeletePathFieldId,
                                          .name = "file_path",
                                          .type = {.id = TypeId::kString},
                                          .required = false,
                                          .doc = {}},
                                         {.id = kDeletePositionFieldId,
                                          .name = "pos",
                                          .type = {.id = TypeId::kLong},
                                          .required = false,
                                          .doc = {}}},
                              .identifier_field_ids = {}};
  return kSchema;
}

const Schema& position_delete_columns() {
  static const Schema kColumns = [] {
    Schema schema = position_delete_schema();
    for (Field& field : schema.fields) field.required = true;
    return schema;
  }();
  return kColumns;
}

Result<const std::vector<std::int64_t>*> DeleteFile::positions(
    const std::shared_ptr<io::FileSystem>& filesystem, const std::string& data_file) const {
  const std::lock_guard lock(mutex_);
  if (!positions_) {
    GT_ASSIGN(const auto rows, read_parquet(filesystem, {.path = path_,
                                                         .projection = position_delete_schema(),
                                                         .table_schema = position_delete_schema(),
                                                         .filter = {}}));
    GT_ASSIGN(const auto batch, internal::one_batch(*rows));
    const auto& paths = static_cast<const arrow::StringArray&>(*batch->column(0));
    const auto& places = static_cast<const arrow::Int64Array&>(*batch->column(1));
    if (paths.null_count() > 0 || places.null_count() > 0)
      return damaged(file_.path, "a position delete is NULL");
    Positions positions;
    std::vector<std::int64_t>* last = nullptr;
    for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
      if (places.Value(row) < 0)
        return damaged(file_.path, fmt::format("position {} is deleted", places.Value(row)));
      // Files are sorted by path: mostly it is that of the row before.
      if (last == nullptr || paths.GetView(row) != paths.GetView(row - 1)) {
        last = &positions[normalise_location(paths.GetView(row))];
      }
      last->push_back(places.Value(row));
    }
    for (auto& [path, list] : positions) std::sort(list.begin(), list.end());
    positions_ = std::move(positions);
  }
  const auto at = positions_->find(data_file);
  return at == positions_->end() ? nullptr : &at->second;
}

Result<const EqualityKeys*> DeleteFile::keys(const std::shared_ptr<io::FileSystem>& filesystem,
                                             const TableMetadata& metadata) const {
  const std::lock_guard lock(mutex_);
  if (keys_) return &*keys_;
  EqualityKeys result;
  GT_ASSIGN(result.columns, key_columns(metadata, file_));
  GT_ASSIGN(const auto rows,
            read_parquet(
                filesystem,
                {.path = path_, .projection = result.columns, .table_schema = result.columns, .filter = {}}));
  GT_ASSIGN(const auto batch, internal::one_batch(*rows));
  std::string key;
  for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
    key.clear();
    for (std::size_t i = 0; i < result.columns.fields.size(); ++i) {
      append_key(internal::literal_at(*batch->column(static_cast<int>(i)), row),
                 result.columns.fields[i].type, key);
    }
    result.keys.insert(key);
  }
  keys_ = std::move(result);
  return &*keys_;
}

Result<std::shared_ptr<const RowDeletes>> RowDeletes::load(const std::shared_ptr<io::FileSystem>& filesystem,
                                                           const TableMetadata& metadata,
                                                           const std::string& location,
                                                           const DeleteFiles& deletes) {
  auto result = std::make_shared<RowDeletes>();
  const std::string data_file = normalise_location(location);
  for (const auto& file : deletes) {
    if (file->file().content == FileContent::kPositionDeletes) {
      GT_ASSIGN(const auto* positions, file->positions(filesystem, data_file));
      if (positions != nullptr) {
        result->positions_.insert(result->positions_.end(), positions->begin(), positions->end());
      }
      continue;
    }
    GT_ASSIGN(const auto* keys, file->keys(filesystem, metadata));
    result->keys_.push_back(keys);
    for (const Field& field : keys->columns.fields) {
      const auto same = [&](const Field& known) { return known.id == field.id; };
      if (std::none_of(result->columns_.begin(), result->columns_.end(), same))
        result->columns_.push_back(field);
    }
  }
  std::sort(result->positions_.begin(), result->positions_.end());
  result->positions_.erase(std::unique(result->positions_.begin(), result->positions_.end()),
                           result->positions_.end());
  result->owners_ = deletes;
  return result;
}

Result<std::vector<bool>> RowDeletes::kept(const arrow::RecordBatch& batch,
                                           const std::vector<std::int64_t>& positions) const {
  std::vector<bool> kept(positions.size(), true);
  auto at = positions_.begin();
  for (std::size_t row = 0; row < positions.size(); ++row) {
    // Both ascend.
    while (at != positions_.end() && *at < positions[row]) ++at;
    if (at != positions_.end() && *at == positions[row]) kept[row] = false;
  }
  std::string key;
  for (const EqualityKeys* set : keys_) {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const Field& field : set->columns.fields) {
      columns.push_back(column_of(batch, field.id));
      if (columns.back() == nullptr) {
        return fail(ErrorKind::kInternal, 4402, fmt::format("the column {} was not read", field.name));
      }
    }
    for (std::size_t row = 0; row < kept.size(); ++row) {
      if (!kept[row]) continue;
      key.clear();
      for (std::size_t i = 0; i < columns.size(); ++i) {
        append_key(internal::literal_at(*columns[i], static_cast<std::int64_t>(row)),
                   set->columns.fields[i].type, key);
      }
      if (set->keys.contains(key)) kept[row] = false;
    }
  }
  return kept;
}

}  // namespace goldtape::table
