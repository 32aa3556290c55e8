#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/table/manifest_schema_internal.h"

namespace goldtape::table::internal {
namespace {

using Json = nlohmann::ordered_json;

Json field(const char* name, int id, Json type) {
  return {{"name", name}, {"type", std::move(type)}, {"field-id", id}};
}

Json optional_field(const char* name, int id, Json type) {
  return {{"name", name},
          {"type", Json::array({"null", std::move(type)})},
          {"default", nullptr},
          {"field-id", id}};
}

Json list_of(Json item, int element_id) {
  return {{"type", "array"}, {"items", std::move(item)}, {"element-id", element_id}};
}

// Maps with int keys are arrays of key-value records in Avro.
Json int_map(int key_id, int value_id, const char* value_type) {
  Json record = {
      {"type", "record"},
      {"name", fmt::format("k{}_v{}", key_id, value_id)},
      {"fields", Json::array({field("key", key_id, "int"), field("value", value_id, value_type)})}};
  return {{"type", "array"}, {"items", std::move(record)}, {"logicalType", "map"}};
}

// A fixed is a named type: defined once, then only named.
Json named_fixed(std::set<std::string>& defined, std::string name, int size, Json attributes) {
  if (!defined.insert(name).second) return name;
  attributes["type"] = "fixed";
  attributes["name"] = std::move(name);
  attributes["size"] = size;
  return attributes;
}

Json avro_type(const Type& type, std::set<std::string>& defined) {
  switch (type.id) {
    case TypeId::kBoolean: return "boolean";
    case TypeId::kLong: return "long";
    case TypeId::kFloat: return "float";
    case TypeId::kDouble: return "double";
    case TypeId::kDate: return {{"type", "int"}, {"logicalType", "date"}};
    case TypeId::kTime: return {{"type", "long"}, {"logicalType", "time-micros"}};
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return {{"type", "long"},
              {"logicalType", "timestamp-micros"},
              {"adjust-to-utc", type.id == TypeId::kTimestampTz}};
    case TypeId::kString: return "string";
    case TypeId::kBinary: return "bytes";
    case TypeId::kUuid: return named_fixed(defined, "uuid_fixed", 16, {{"logicalType", "uuid"}});
    case TypeId::kFixed:
      return named_fixed(defined, fmt::format("fixed_{}", type.length), type.length, Json::object());
    case TypeId::kDecimal:
      return named_fixed(defined, fmt::format("decimal_{}_{}", type.precision, type.scale),
                         decimal_fixed_bytes(type.precision),
                         {{"logicalType", "decimal"}, {"precision", type.precision}, {"scale", type.scale}});
    default: return "int";
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Avro names are [A-Za-z_][A-Za-z0-9_]*; others are written as Iceberg's own writers do.
std::string avro_name(const std::string& name) {
  std::string valid;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool digit = c >= '0' && c <= '9';
    if (is_letter(c) || (digit && i > 0)) {
      valid += c;
    } else if (digit) {
      valid += '_';
      valid += c;
    } else {
      valid += fmt::format("_x{:X}", static_cast<unsigned char>(c));
    }
  }
  return valid;
}

Json partition_record(const Type& partition_type) {
  std::set<std::string> defined;
  Json fields = Json::array();
  for (const Field& partition : partition_type.fields) {
    const std::string name = avro_name(partition.name);
    Json item = optional_field(name.c_str(), partition.id, avro_type(partition.type, defined));
    if (name != partition.name) item["iceberg-field-name"] = partition.name;
    fields.push_back(std::move(item));
  }
  return {{"type", "record"}, {"name", "r102"}, {"fields", std::move(fields)}};
}

Json data_file_record(const Type& partition_type) {
  Json fields = Json::array({
      field("content", kContent, "int"),
      field("file_path", kFilePath, "string"),
      field("file_format", kFileFormat, "string"),
      field("partition", kPartition, partition_record(partition_type)),
      field("record_count", kRecordCount, "long"),
      field("file_size_in_bytes", kFileSize, "long"),
      optional_field("column_sizes", kColumnSizes, int_map(117, 118, "long")),
      optional_field("value_counts", kValueCounts, int_map(119, 120, "long")),
      optional_field("null_value_counts", kNullValueCounts, int_map(121, 122, "long")),
      optional_field("nan_value_counts", kNanValueCounts, int_map(138, 139, "long")),
      optional_field("lower_bounds", kLowerBounds, int_map(126, 127, "bytes")),
      optional_field("upper_bounds", kUpperBounds, int_map(129, 130, "bytes")),
      optional_field("key_metadata", kKeyMetadata, "bytes"),
      optional_field("split_offsets", kSplitOffsets, list_of("long", 133)),
      optional_field("equality_ids", kEqualityIds, list_of("int", 136)),
      optional_field("sort_order_id", kSortOrderId, "int"),
      optional_field("referenced_data_file", kReferencedDataFile, "string"),
  });
  return {{"type", "record"}, {"name", "r2"}, {"fields", std::move(fields)}};
}

// Names of fields in files whose writers left the ids out, and of nothing else.
constexpr std::array<std::pair<std::string_view, int>, 42> kNames = {{
    {"status", kStatus},
    {"snapshot_id", kSnapshotId},
    {"data_file", kDataFile},
    {"file_sequence_number", kFileSequenceNumber},
    {"file_path", kFilePath},
    {"file_format", kFileFormat},
    {"partition", kPartition},
    {"record_count", kRecordCount},
    {"file_size_in_bytes", kFileSize},
    {"column_sizes", kColumnSizes},
    {"value_counts", kValueCounts},
    {"null_value_counts", kNullValueCounts},
    {"lower_bounds", kLowerBounds},
    {"upper_bounds", kUpperBounds},
    {"split_offsets", kSplitOffsets},
    {"equality_ids", kEqualityIds},
    {"nan_value_counts", kNanValueCounts},
    {"sort_order_id", kSortOrderId},
    {"referenced_data_file", kReferencedDataFile},
    {"manifest_path", kManifestPath},
    {"manifest_length", kManifestLength},
    {"partition_spec_id", kPartitionSpecId},
    {"added_snapshot_id", kAddedSnapshotId},
    {"added_files_count", kAddedFiles},
    {"added_data_files_count", kAddedFiles},
    {"existing_files_count", kExistingFiles},
    {"existing_data_files_count", kExistingFiles},
    {"deleted_files_count", kDeletedFiles},
    {"deleted_data_files_count", kDeletedFiles},
    {"partitions", kPartitions},
    {"contains_null", kContainsNull},
    {"contains_nan", kContainsNan},
    {"lower_bound", kSummaryLower},
    {"upper_bound", kSummaryUpper},
    {"added_rows_count", kAddedRows},
    {"existing_rows_count", kExistingRows},
    {"deleted_rows_count", kDeletedRows},
    {"min_sequence_number", kMinSequenceNumber},
    // These stand in both kinds of file; they are told apart by the reader.
    {"sequence_number", kSequenceNumber},
    {"content", kContent},
    {"key_metadata", kKeyMetadata},
    {"manifest_content", kListContent},
}};

}  // namespace

std::string manifest_schema_json(const Type& partition_type) {
  const Json schema = {{"type", "record"},
                       {"name", "manifest_entry"},
                       {"fields", Json::array({
                                      field("status", kStatus, "int"),
                                      optional_field("snapshot_id", kSnapshotId, "long"),
                                      optional_field("sequence_number", kSequenceNumber, "long"),
                                      optional_field("file_sequence_number", kFileSequenceNumber, "long"),
                                      field("data_file", kDataFile, data_file_record(partition_type)),
                                  })}};
  return schema.dump();
}

const std::string& manifest_list_schema_json() {
  static const std::string kSchema = [] {
    const Json summary = {{"type", "record"},
                          {"name", "r508"},
                          {"fields", Json::array({
                                         field("contains_null", kContainsNull, "boolean"),
                                         optional_field("contains_nan", kContainsNan, "boolean"),
                                         optional_field("lower_bound", kSummaryLower, "bytes"),
                                         optional_field("upper_bound", kSummaryUpper, "bytes"),
                                     })}};
    const Json schema = {{"type", "record"},
                         {"name", "manifest_file"},
                         {"fields", Json::array({
                                        field("manifest_path", kManifestPath, "string"),
                                        field("manifest_length", kManifestLength, "long"),
                                        field("partition_spec_id", kPartitionSpecId, "int"),
                                        field("content", kListContent, "int"),
                                        field("sequence_number", kListSequenceNumber, "long"),
                                        field("min_sequence_number", kMinSequenceNumber, "long"),
                                        field("added_snapshot_id", kAddedSnapshotId, "long"),
                                        field("added_files_count", kAddedFiles, "int"),
                                        field("existing_files_count", kExistingFiles, "int"),
                                        field("deleted_files_count", kDeletedFiles, "int"),
                                        field("added_rows_count", kAddedRows, "long"),
                                        field("existing_rows_count", kExistingRows, "long"),
                                        field("deleted_rows_count", kDeletedRows, "long"),
                                        optional_field("partitions", kPartitions, list_of(summary, 508)),
                                        optional_field("key_metadata", kListKeyMetadata, "bytes"),
                                    })}};
    return schema.dump();
  }();
  return kSchema;
}

int field_id_of(const avro::SchemaField& field) {
  if (field.field_id >= 0) return field.field_id;
  for (const auto& [name, id] : kNames) {
    if (name == field.name) return id;
  }
  return -1;
}

int decimal_fixed_bytes(int precision) {
  // The least number of bytes whose two's complement holds 10^precision - 1.
  int bytes = 1;
  while (std::floor(std::log10(std::pow(2.0, 8 * bytes - 1) - 1)) < precision) ++bytes;
  return bytes;
}

}  // namespace goldtape::table::internal
