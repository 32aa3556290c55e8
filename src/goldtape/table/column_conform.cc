#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/compute/cast.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/column_conform_internal.h"

namespace goldtape::table::internal {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

std::unexpected<Error> damaged(std::string message) {
  return fail(ErrorKind::kDamaged, 4025, std::move(message));
}

Result<ArrayPtr> null_array(const std::shared_ptr<arrow::DataType>& type, std::int64_t rows) {
  auto nulls = arrow::MakeArrayOfNull(type, rows);
  if (!nulls.ok()) return arrow_error(nulls.status(), ErrorKind::kInternal, 4035, "");
  return *nulls;
}

Result<ArrayPtr> conform_array(const ArrayPtr& array, const Field& wanted, bool has_ids);

Result<ArrayPtr> conform_struct(const arrow::StructArray& array, const Field& wanted, bool has_ids) {
  arrow::ArrayVector children;
  for (const Field& field : wanted.type.fields) {
    const int at = find_field(array.struct_type()->fields(), field, has_ids);
    if (at < 0) {
      // Children are as long as what lies under the struct's offset, too.
      GT_ASSIGN(auto nulls, null_array(to_arrow(field.type), array.offset() + array.length()));
      children.push_back(std::move(nulls));
      continue;
    }
    const ArrayPtr child = arrow::MakeArray(array.data()->child_data[static_cast<std::size_t>(at)]);
    GT_ASSIGN(auto conformed, conform_array(child, field, has_ids));
    children.push_back(std::move(conformed));
  }
  return std::make_shared<arrow::StructArray>(to_arrow(wanted.type), array.length(), std::move(children),
                                              array.null_bitmap(), array.null_count(), array.offset());
}

// Lists and maps: the buffers stay, what they hold is conformed.
Result<ArrayPtr> conform_list(const arrow::Array& array, const Field& wanted, bool has_ids) {
  const auto data = array.data()->Copy();
  data->type = to_arrow(wanted.type);
  const ArrayPtr values = arrow::MakeArray(data->child_data.at(0));
  if (wanted.type.id == TypeId::kList) {
    GT_ASSIGN(const auto conformed, conform_array(values, wanted.type.fields.at(0), has_ids));
    data->child_data[0] = conformed->data();
  } else {
    const auto entries = values->data()->Copy();
    const auto& map = static_cast<const arrow::MapType&>(*data->type);
    entries->type = map.value_type();
    for (std::size_t i = 0; i < 2; ++i) {
      GT_ASSIGN(const auto conformed, conform_array(arrow::MakeArray(entries->child_data.at(i)),
                                                    wanted.type.fields.at(i), has_ids));
      entries->child_data[i] = conformed->data();
    }
    data->child_data[0] = entries;
  }
  return arrow::MakeArray(data);
}

// Other writers leave lists of Arrow's other kinds behind: large ones above all.
Result<ArrayPtr> as_list(const ArrayPtr& array) {
  const auto& type = static_cast<const arrow::BaseListType&>(*array->type());
  auto cast = arrow::compute::Cast(*array, arrow::list(type.value_field()));
  if (!cast.ok()) return damaged(cast.status().message());
  return *cast;
}

Result<ArrayPtr> conform_array(const ArrayPtr& array, const Field& wanted, bool has_ids) {
  const auto type = to_arrow(wanted.type);
  if (array->type()->Equals(*type, true)) return array;
  const bool other_list =
      array->type_id() == arrow::Type::LARGE_LIST || array->type_id() == arrow::Type::FIXED_SIZE_LIST;
  if (wanted.type.id == TypeId::kList && other_list) {
    GT_ASSIGN(const ArrayPtr list, as_list(array));
    return conform_array(list, wanted, has_ids);
  }
  const bool fits = (wanted.type.id == TypeId::kStruct && array->type_id() == arrow::Type::STRUCT) ||
                    (wanted.type.id == TypeId::kList && array->type_id() == arrow::Type::LIST) ||
                    (wanted.type.id == TypeId::kMap && array->type_id() == arrow::Type::MAP) ||
                    wanted.type.is_primitive();
  if (!fits) return damaged(fmt::format("{} is not {}", array->type()->ToString(), to_string(wanted.type)));
  if (wanted.type.id == TypeId::kStruct) {
    return conform_struct(static_cast<const arrow::StructArray&>(*array), wanted, has_ids);
  }
  if (!wanted.type.is_primitive()) return conform_list(*array, wanted, has_ids);
  if (array->type()->Equals(*type)) return array;
  auto cast = arrow::compute::Cast(*array, type);
  if (!cast.ok()) return damaged(cast.status().message());
  return *cast;
}

}  // namespace

int find_field(const arrow::FieldVector& fields, const Field& wanted, bool has_ids) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool same = has_ids ? field_id_of(*fields[i]) == wanted.id : fields[i]->name() == wanted.name;
    if (same) return static_cast<int>(i);
  }
  return -1;
}

Result<std::shared_ptr<arrow::ChunkedArray>> all_null(const std::shared_ptr<arrow::DataType>& type,
                                                      std::int64_t rows) {
  GT_ASSIGN(auto nulls, null_array(type, rows));
  return std::make_shared<arrow::ChunkedArray>(std::move(nulls));
}

Result<std::shared_ptr<arrow::ChunkedArray>> conform_column(const arrow::ChunkedArray& column,
                                                            const arrow::Field& field, const Field& wanted,
                                                            bool has_ids) {
  const auto type = to_arrow(wanted.type);
  if (wanted.type.is_primitive() && field.type()->Equals(*type)) {
    return std::make_shared<arrow::ChunkedArray>(column.chunks(), type);
  }
  arrow::ArrayVector chunks;
  for (const ArrayPtr& chunk : column.chunks()) {
    GT_ASSIGN(auto conformed, conform_array(chunk, wanted, has_ids));
    chunks.push_back(std::move(conformed));
  }
  return std::make_shared<arrow::ChunkedArray>(std::move(chunks), type);
}

}  // namespace goldtape::table::internal
