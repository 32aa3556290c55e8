#include "goldtape/table/partition_spec.h"

#include <algorithm>

#include <fmt/format.h>

namespace goldtape::table {
namespace {

// As java.net.URLEncoder, which Iceberg's other writers use for partition paths.
std::string url_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '.' || c == '-' || c == '*' || c == '_') {
      encoded += c;
    } else if (c == ' ') {
      encoded += '+';
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

Result<Type> PartitionSpec::partition_type(const Schema& schema) const {
  Type type{.id = TypeId::kStruct};
  for (const PartitionField& field : fields) {
    const Field* source = schema.find(field.source_id);
    Type result{.id = field.transform.kind == TransformKind::kDay ? TypeId::kDate : TypeId::kInt};
    if (source != nullptr) {
      GT_ASSIGN(result, result_type(field.transform, source->type));
    }
    type.fields.push_back(
        {.id = field.field_id, .name = field.name, .type = result, .required = false, .doc = {}});
  }
  return type;
}

std::string PartitionSpec::path(const PartitionTuple& tuple, const Schema& schema) const {
  std::string path;
  for (std::size_t i = 0; i < fields.size() && i < tuple.size(); ++i) {
    const Field* source = schema.find(fields[i].source_id);
    const Type type = source == nullptr ? Type{.id = TypeId::kInt} : source->type;
    if (!path.empty()) path += '/';
    path +=
        url_encode(fields[i].name) + "=" + url_encode(to_human_string(fields[i].transform, tuple[i], type));
  }
  return path;
}

bool PartitionSpec::same_fields(const PartitionSpec& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const PartitionField& a, const PartitionField& b) {
                      return a.source_id == b.source_id && a.name == b.name && a.transform == b.transform;
                    });
}

}  // namespace goldtape::table
