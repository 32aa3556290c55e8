#include "goldtape/table/manifest_avro.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "goldtape/table/avro.h"
#include "goldtape/table/manifest_schema_internal.h"
#include "goldtape/table/table_metadata_json.h"

namespace goldtape::table {
namespace {

using avro::Cursor;
using avro::Kind;
using AvroSchema = avro::Schema;

std::unexpected<Error> damaged(std::string message) {
  return fail(ErrorKind::kDamaged, 4024, std::move(message));
}

// ---- reading: the writer's schema says what stands there, the field id where it belongs ----

// The schema of the value itself: a union's branch. Null when the value is null or broken.
const AvroSchema* present(Cursor& in, const AvroSchema& schema) {
  const AvroSchema* value = schema.kind == Kind::kUnion ? in.read_branch(schema) : &schema;
  return value == nullptr || value->kind == Kind::kNull ? nullptr : value;
}

std::optional<std::int64_t> read_integer(Cursor& in, const AvroSchema& schema) {
  const AvroSchema* value = present(in, schema);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kInt || value->kind == Kind::kLong || value->kind == Kind::kEnum)
    return in.read_long();
  in.fault();
  return std::nullopt;
}

std::int64_t read_count(Cursor& in, const AvroSchema& schema) { return read_integer(in, schema).value_or(0); }

std::int32_t read_int32(Cursor& in, const AvroSchema& schema) {
  const std::int64_t value = read_count(in, schema);
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
    in.fault();
    return 0;
  }
  return static_cast<std::int32_t>(value);
}

std::optional<std::string> read_text(Cursor& in, const AvroSchema& schema) {
  const AvroSchema* value = present(in, schema);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kFixed) return std::string(in.read_fixed(value->fixed_size));
  if (value->kind == Kind::kBytes || value->kind == Kind::kString) return std::string(in.read_bytes());
  in.fault();
  return std::nullopt;
}

std::optional<bool> read_flag(Cursor& in, const AvroSchema& schema) {
  const AvroSchema* value = present(in, schema);
  if (value == nullptr) return std::nullopt;
  if (value->kind != Kind::kBoolean) in.fault();
  return in.read_bool();
}

// Calls `item` with the element's schema for each element of an array; nothing for null.
template <typename Item>
void read_array(Cursor& in, const AvroSchema& schema, Item&& item) {
  const AvroSchema* value = present(in, schema);
  if (value == nullptr) return;
  if (value->kind != Kind::kArray) {
    in.fault();
    return;
  }
  in.read_items(*value, [&] { item(*value->element); });
}

// Calls `field` with id and schema for each field of a record; it must read or skip the value.
template <typename FieldReader>
void read_record(Cursor& in, const AvroSchema& schema, FieldReader&& read) {
  const AvroSchema* value = present(in, schema);
  if (value == nullptr || value->kind != Kind::kRecord) {
    in.fault();
    return;
  }
  for (const avro::SchemaField& field : value->fields) {
    if (in.failed()) return;
    read(internal::field_id_of(field), *field.type);
  }
}

std::vector<std::int64_t> read_longs(Cursor& in, const AvroSchema& schema) {
  std::vector<std::int64_t> values;
  read_array(in, schema, [&](const AvroSchema& item) { values.push_back(read_count(in, item)); });
  return values;
}

// A map with int keys: an array of key-value records.
template <typename Value, typename Read>
FieldMap<Value> read_map(Cursor& in, const AvroSchema& schema, Read&& read_value) {
  FieldMap<Value> map;
  read_array(in, schema, [&](const AvroSchema& item) {
    if (item.kind != Kind::kRecord || item.fields.size() != 2) {
      in.fault();
      return;
    }
    const std::int32_t key = read_int32(in, *item.fields[0].type);
    Value value = read_value(*item.fields[1].type);
    if (!in.failed()) map.set(key, std::move(value));
  });
  return map;
}

FieldMap<std::int64_t> read_counts(Cursor& in, const AvroSchema& schema) {
  return read_map<std::int64_t>(in, schema, [&](const AvroSchema& value) { return read_count(in, value); });
}

FieldMap<std::string> read_bounds(Cursor& in, const AvroSchema& schema) {
  return read_map<std::string>(in, schema,
                               [&](const AvroSchema& v) { return read_text(in, v).value_or(""); });
}

// Decimals are big-endian two's complement in a fixed or in bytes, as single values are.
Literal decimal_literal(Cursor& in, std::string_view bytes, const Type& type) {
  auto value = from_bytes(bytes, type);
  if (value) return *std::move(value);
  in.fault();
  return {};
}

Literal read_partition_value(Cursor& in, const AvroSchema& schema, const Type& type) {
  const AvroSchema* value = present(in, schema);
  if (value == nullptr) return {};
  switch (value->kind) {
    case Kind::kBoolean: return in.read_bool();
    case Kind::kInt:
    case Kind::kLong: {
      auto converted = convert(in.read_long(), type);
      if (converted) return *std::move(converted);
      break;
    }
    case Kind::kFloat: {
      const float number = in.read_float();
      if (type.id == TypeId::kDouble) return static_cast<double>(number);
      return number;
    }
    case Kind::kDouble: return in.read_double();
    case Kind::kBytes:
    case Kind::kString:
    case Kind::kFixed: {
      const std::string_view bytes =
          value->kind == Kind::kFixed ? in.read_fixed(value->fixed_size) : in.read_bytes();
      if (type.id == TypeId::kDecimal) return decimal_literal(in, bytes, type);
      return std::string(bytes);
    }
    default: break;
  }
  in.fault();
  return {};
}

PartitionTuple read_partition(Cursor& in, const AvroSchema& schema, const Type& partition_type) {
  PartitionTuple tuple(partition_type.fields.size());
  const AvroSchema* value = present(in, schema);
  if (value == nullptr || value->kind != Kind::kRecord) {
    in.fault();
    return tuple;
  }
  std::size_t position = 0;
  for (const avro::SchemaField& field : value->fields) {
    std::size_t at = 0;
    while (at < tuple.size() && partition_type.fields[at].id != field.field_id) ++at;
    if (field.field_id < 0) at = position;  // Ids left out: the spec's order.
    ++position;
    if (at < tuple.size()) {
      tuple[at] = read_partition_value(in, *field.type, partition_type.fields[at].type);
      if (!is_stored_as(tuple[at], partition_type.fields[at].type)) in.fault();
    } else {
      in.skip(*field.type);
    }
  }
  return tuple;
}

DataFile read_data_file(Cursor& in, const AvroSchema& schema, const Type& partition_type) {
  DataFile file;
  read_record(in, schema, [&](int id, const AvroSchema& type) {
    switch (id) {
      case internal::kContent: {
        const std::int64_t content = read_count(in, type);
        if (content < 0 || content > 2) return in.fault();
        file.content = static_cast<FileContent>(content);
        return;
      }
      case internal::kFilePath: file.path = read_text(in, type).value_or(""); return;
      case internal::kFileFormat: file.format = read_text(in, type).value_or(""); return;
      case internal::kPartition: file.partition = read_partition(in, type, partition_type); return;
      case internal::kRecordCount: file.record_count = read_count(in, type); return;
      case internal::kFileSize: file.file_size_bytes = read_count(in, type); return;
      case internal::kColumnSizes: file.column_sizes = read_counts(in, type); return;
      case internal::kValueCounts: file.value_counts = read_counts(in, type); return;
      case internal::kNullValueCounts: file.null_value_counts = read_counts(in, type); return;
      case internal::kNanValueCounts: file.nan_value_counts = read_counts(in, type); return;
      case internal::kLowerBounds: file.lower_bounds = read_bounds(in, type); return;
      case internal::kUpperBounds: file.upper_bounds = read_bounds(in, type); return;
      case internal::kKeyMetadata: file.key_metadata = read_text(in, type).value_or(""); return;
      case internal::kSplitOffsets: file.split_offsets = read_longs(in, type); return;
      case internal::kEqualityIds:
        read_array(in, type,
                   [&](const AvroSchema& item) { file.equality_ids.push_back(read_int32(in, item)); });
        return;
      case internal::kReferencedDataFile:
        file.referenced_data_file = read_text(in, type).value_or("");
        return;
      case internal::kSortOrderId:
        if (const auto order = read_integer(in, type)) file.sort_order_id = static_cast<std::int32_t>(*order);
        return;
      default: in.skip(type);
    }
  });
  return file;
}

ManifestEntry read_entry(Cursor& in, const AvroSchema& schema, const Type& partition_type) {
  ManifestEntry entry;
  read_record(in, schema, [&](int id, const AvroSchema& type) {
    switch (id) {
      case internal::kStatus: {
        const std::int64_t status = read_count(in, type);
        if (status < 0 || status > 2) return in.fault();
        entry.status = static_cast<EntryStatus>(status);
        return;
      }
      case internal::kSnapshotId: entry.snapshot_id = read_integer(in, type); return;
      case internal::kSequenceNumber: entry.sequence_number = read_integer(in, type); return;
      case internal::kFileSequenceNumber: entry.file_sequence_number = read_integer(in, type); return;
      case internal::kDataFile: entry.file = read_data_file(in, type, partition_type); return;
      default: in.skip(type);
    }
  });
  return entry;
}

// Spec, "Sequence Number Inheritance": only added files may leave them out.
Status inherit(ManifestEntry& entry, const ManifestFile& manifest, bool format_1) {
  if (!entry.snapshot_id) entry.snapshot_id = manifest.added_snapshot_id;
  for (auto* number : {&entry.sequence_number, &entry.file_sequence_number}) {
    if (*number) continue;
    if (entry.status != EntryStatus::kAdded && !format_1 && number == &entry.sequence_number) {
      return damaged("an entry that is not new lacks its sequence number: " + entry.file.path);
    }
    *number = format_1 ? 0 : manifest.sequence_number;
  }
  return {};
}

FieldSummary read_summary(Cursor& in, const AvroSchema& schema) {
  FieldSummary summary;
  read_record(in, schema, [&](int id, const AvroSchema& type) {
    switch (id) {
      case internal::kContainsNull: summary.contains_null = read_flag(in, type).value_or(true); return;
      case internal::kContainsNan: summary.contains_nan = read_flag(in, type); return;
      case internal::kSummaryLower: summary.lower_bound = read_text(in, type); return;
      case internal::kSummaryUpper: summary.upper_bound = read_text(in, type); return;
      default: in.skip(type);
    }
  });
  return summary;
}

// True when the field was one of the counts.
bool read_list_count(Cursor& in, int id, const AvroSchema& type, ManifestFile& manifest) {
  const std::array<std::pair<int, std::int32_t*>, 3> files = {
      {{internal::kAddedFiles, &manifest.added_files_count},
       {internal::kExistingFiles, &manifest.existing_files_count},
       {internal::kDeletedFiles, &manifest.deleted_files_count}}};
  const std::array<std::pair<int, std::int64_t*>, 3> rows = {
      {{internal::kAddedRows, &manifest.added_rows_count},
       {internal::kExistingRows, &manifest.existing_rows_count},
       {internal::kDeletedRows, &manifest.deleted_rows_count}}};
  for (const auto& [count_id, count] : files) {
    if (count_id == id) return *count = read_int32(in, type), true;
  }
  for (const auto& [count_id, count] : rows) {
    if (count_id == id) return *count = read_count(in, type), true;
  }
  return false;
}

ManifestFile read_manifest_file(Cursor& in, const AvroSchema& schema) {
  ManifestFile manifest;
  read_record(in, schema, [&](int id, const AvroSchema& type) {
    if (read_list_count(in, id, type, manifest)) return;
    switch (id) {
      case internal::kManifestPath: manifest.path = read_text(in, type).value_or(""); return;
      case internal::kManifestLength: manifest.length = read_count(in, type); return;
      case internal::kPartitionSpecId: manifest.spec_id = read_int32(in, type); return;
      case internal::kListContent:
      case internal::kContent:  // By name, where ids were left out.
        manifest.deletes = read_count(in, type) == 1;
        return;
      case internal::kListSequenceNumber:
      case internal::kSequenceNumber: manifest.sequence_number = read_count(in, type); return;
      case internal::kMinSequenceNumber: manifest.min_sequence_number = read_count(in, type); return;
      case internal::kAddedSnapshotId: manifest.added_snapshot_id = read_count(in, type); return;
      case internal::kPartitions:
        read_array(in, type,
                   [&](const AvroSchema& item) { manifest.partitions.push_back(read_summary(in, item)); });
        return;
      case internal::kListKeyMetadata: manifest.key_metadata = read_text(in, type).value_or(""); return;
      default: in.skip(type);
    }
  });
  return manifest;
}

// ---- writing: in the order of the schemas of manifest_schema.cc ----

constexpr std::int64_t kNullBranch = 0;
constexpr std::int64_t kValueBranch = 1;

// Writes the union branch; true when a value is to follow.
bool write_branch(avro::Writer& out, bool has_value) {
  out.write_long(has_value ? kValueBranch : kNullBranch);
  return has_value;
}

void write_optional(avro::Writer& out, const std::optional<std::int64_t>& value) {
  if (write_branch(out, value.has_value())) out.write_long(*value);
}

template <typename Map, typename WriteValue>
void write_map(avro::Writer& out, const Map& map, WriteValue&& write_value) {
  if (!write_branch(out, !map.empty())) return;
  out.write_long(static_cast<std::int64_t>(map.entries().size()));
  for (const auto& [key, value] : map.entries()) {
    out.write_long(key);
    write_value(value);
  }
  out.write_long(0);
}

void write_counts(avro::Writer& out, const FieldMap<std::int64_t>& counts) {
  write_map(out, counts, [&](std::int64_t value) { out.write_long(value); });
}

void write_bounds(avro::Writer& out, const FieldMap<std::string>& bounds) {
  write_map(out, bounds, [&](const std::string& value) { out.write_bytes(value); });
}

template <typename Values>
void write_list(avro::Writer& out, const Values& values) {
  if (!write_branch(out, !values.empty())) return;
  out.write_long(static_cast<std::int64_t>(values.size()));
  for (const auto value : values) out.write_long(value);
  out.write_long(0);
}

void write_partition_value(avro::Writer& out, const Literal& value, const Type& type) {
  if (!write_branch(out, !holds_null(value))) return;
  if (const auto* flag = std::get_if<bool>(&value)) return out.write_bool(*flag);
  if (const auto* integer = std::get_if<std::int32_t>(&value)) return out.write_long(*integer);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return out.write_long(*integer);
  if (const auto* number = std::get_if<float>(&value)) return out.write_float(*number);
  if (const auto* number = std::get_if<double>(&value)) return out.write_double(*number);
  std::string bytes = to_bytes(value, type);
  if (type.id == TypeId::kDecimal) {
    const auto size = static_cast<std::size_t>(internal::decimal_fixed_bytes(type.precision));
    const bool negative = (static_cast<unsigned char>(bytes.at(0)) & 0x80) != 0;
    bytes.insert(0, size - std::min(size, bytes.size()), negative ? '\xff' : '\0');
  }
  if (type.id == TypeId::kDecimal || type.id == TypeId::kUuid || type.id == TypeId::kFixed) {
    return out.write_fixed(bytes);
  }
  out.write_bytes(bytes);
}

void write_data_file(avro::Writer& out, const DataFile& file, const Type& partition_type) {
  out.write_long(static_cast<std::int64_t>(file.content));
  out.write_bytes(file.path);
  out.write_bytes(file.format);
  for (std::size_t i = 0; i < file.partition.size(); ++i) {
    write_partition_value(out, file.partition[i], partition_type.fields[i].type);
  }
  out.write_long(file.record_count);
  out.write_long(file.file_size_bytes);
  write_counts(out, file.column_sizes);
  write_counts(out, file.value_counts);
  write_counts(out, file.null_value_counts);
  write_counts(out, file.nan_value_counts);
  write_bounds(out, file.lower_bounds);
  write_bounds(out, file.upper_bounds);
  if (write_branch(out, !file.key_metadata.empty())) out.write_bytes(file.key_metadata);
  write_list(out, file.split_offsets);
  write_list(out, file.equality_ids);
  if (write_branch(out, file.sort_order_id.has_value())) out.write_long(*file.sort_order_id);
  if (write_branch(out, !file.referenced_data_file.empty())) out.write_bytes(file.referenced_data_file);
}

void write_manifest_file(avro::Writer& out, const ManifestFile& manifest) {
  out.write_bytes(manifest.path);
  out.write_long(manifest.length);
  out.write_long(manifest.spec_id);
  out.write_long(manifest.deletes ? 1 : 0);
  out.write_long(manifest.sequence_number);
  out.write_long(manifest.min_sequence_number);
  out.write_long(manifest.added_snapshot_id);
  out.write_long(manifest.added_files_count);
  out.write_long(manifest.existing_files_count);
  out.write_long(manifest.deleted_files_count);
  out.write_long(manifest.added_rows_count);
  out.write_long(manifest.existing_rows_count);
  out.write_long(manifest.deleted_rows_count);
  if (write_branch(out, !manifest.partitions.empty())) {
    out.write_long(static_cast<std::int64_t>(manifest.partitions.size()));
    for (const FieldSummary& summary : manifest.partitions) {
      out.write_bool(summary.contains_null);
      if (write_branch(out, summary.contains_nan.has_value())) out.write_bool(*summary.contains_nan);
      if (write_branch(out, summary.lower_bound.has_value())) out.write_bytes(*summary.lower_bound);
      if (write_branch(out, summary.upper_bound.has_value())) out.write_bytes(*summary.upper_bound);
    }
    out.write_long(0);
  }
  if (write_branch(out, !manifest.key_metadata.empty())) out.write_bytes(manifest.key_metadata);
}

}  // namespace

Result<std::string> write_manifest(const Schema& schema, const PartitionSpec& spec,
                                   const std::vector<ManifestEntry>& entries, bool deletes) {
  GT_ASSIGN(const Type partition_type, spec.partition_type(schema));
  avro::Writer out(internal::manifest_schema_json(partition_type),
                   {{"schema", to_json(schema)},
                    {"schema-id", std::to_string(schema.schema_id)},
                    {"partition-spec", fields_to_json(spec)},
                    {"partition-spec-id", std::to_string(spec.spec_id)},
                    {"format-version", "2"},
                    {"content", deletes ? "deletes" : "data"}});
  for (const ManifestEntry& entry : entries) {
    if (entry.file.partition.size() != spec.fields.size()) {
      return fail(ErrorKind::kUsage, 4032,
                  fmt::format("a file has {} partition values, its spec {} has {}",
                              entry.file.partition.size(), spec.spec_id, spec.fields.size()),
                  entry.file.path);
    }
    out.write_long(static_cast<std::int64_t>(entry.status));
    write_optional(out, entry.snapshot_id);
    write_optional(out, entry.sequence_number);
    write_optional(out, entry.file_sequence_number);
    write_data_file(out, entry.file, partition_type);
    out.end_row();
  }
  return out.finish();
}

Result<std::vector<ManifestEntry>> read_manifest(std::string_view bytes, const ManifestFile& manifest,
                                                 const Schema& schema,
                                                 const std::vector<PartitionSpec>& specs) {
  auto read = [&]() -> Result<std::vector<ManifestEntry>> {
    GT_ASSIGN(const avro::File file, avro::read_avro(bytes));
    auto spec = std::find_if(specs.begin(), specs.end(),
                             [&](const auto& s) { return s.spec_id == manifest.spec_id; });
    if (spec == specs.end()) return damaged(fmt::format("there is no partition spec {}", manifest.spec_id));
    GT_ASSIGN(const Type partition_type, spec->partition_type(schema));
    const auto version = file.metadata.find("format-version");
    const bool format_1 = version == file.metadata.end() || version->second == "1";
    std::vector<ManifestEntry> entries;
    GT_RETURN_IF_ERROR(avro::read_rows(file, [&](Cursor& in) -> Status {
      ManifestEntry& entry = entries.emplace_back(read_entry(in, *file.schema, partition_type));
      if (in.failed()) return {};  // read_rows says where.
      if (entry.file.path.empty() || entry.file.record_count < 0 || entry.file.file_size_bytes < 0) {
        return damaged("an entry without a path, or with a negative size or count");
      }
      entry.file.partition.resize(partition_type.fields.size());
      entry.file.spec_id = manifest.spec_id;
      return inherit(entry, manifest, format_1);
    }));
    return entries;
  };
  auto entries = read();
  if (!entries && entries.error().where.empty()) entries.error().where = manifest.path;
  return entries;
}

Result<std::string> write_manifest_list(std::int64_t snapshot_id,
                                        std::optional<std::int64_t> parent_snapshot_id,
                                        std::int64_t sequence_number,
                                        const std::vector<ManifestFile>& manifests) {
  avro::Writer out(internal::manifest_list_schema_json(),
                   {{"snapshot-id", std::to_string(snapshot_id)},
                    {"parent-snapshot-id", parent_snapshot_id ? std::to_string(*parent_snapshot_id) : "null"},
                    {"sequence-number", std::to_string(sequence_number)},
                    {"format-version", "2"}});
  for (const ManifestFile& manifest : manifests) {
    write_manifest_file(out, manifest);
    out.end_row();
  }
  return out.finish();
}

Result<std::vector<ManifestFile>> read_manifest_list(std::string_view bytes) {
  GT_ASSIGN(const avro::File file, avro::read_avro(bytes));
  std::vector<ManifestFile> manifests;
  GT_RETURN_IF_ERROR(avro::read_rows(file, [&](Cursor& in) -> Status {
    const ManifestFile& manifest = manifests.emplace_back(read_manifest_file(in, *file.schema));
    if (!in.failed() && manifest.path.empty())
      return damaged("a manifest list names a manifest without a path");
    return {};
  }));
  return manifests;
}

}  // namespace goldtape::table
