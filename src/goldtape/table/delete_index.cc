#include <algorithm>

#include <fmt/format.h>

#include "goldtape/table/delete_file.h"
#include "goldtape/table/location.h"

namespace goldtape::table {
namespace {

// Of the column _file. DuckDB 1.5 gives the bounds of a delete file's paths under it.
constexpr std::int32_t kFileFieldId = 2147483646;

// Tuples of one spec are equal when their keys are.
std::string partition_key(std::int32_t spec_id, const PartitionTuple& tuple, const Type& type) {
  std::string key = std::to_string(spec_id);
  for (std::size_t i = 0; i < tuple.size() && i < type.fields.size(); ++i) {
    const std::string bytes = holds_null(tuple[i]) ? std::string() : to_bytes(tuple[i], type.fields[i].type);
    key += fmt::format("|{}{}:", holds_null(tuple[i]) ? 'n' : 'v', bytes.size());
    key += bytes;
  }
  return key;
}

std::string partition_key(const DataFile& file, const TableMetadata& metadata) {
  const PartitionSpec* spec = metadata.find_spec(file.spec_id);
  if (spec == nullptr) return {};
  const auto type = spec->partition_type(metadata.schema_with_dropped());
  return type ? partition_key(file.spec_id, file.partition, *type) : std::string();
}

// The data file that a position delete file is about alone, as it names it or its bounds do; else empty.
std::string only_file(const DataFile& deletes) {
  if (deletes.content != FileContent::kPositionDeletes) return {};
  if (!deletes.referenced_data_file.empty()) return normalise_location(deletes.referenced_data_file);
  for (const std::int32_t id : {kDeletePathFieldId, kFileFieldId}) {
    const std::string* lower = deletes.lower_bounds.find(id);
    const std::string* upper = deletes.upper_bounds.find(id);
    if (lower != nullptr && upper != nullptr && *lower == *upper) return normalise_location(*lower);
  }
  return {};
}

// False when the bounds of a compared column show that no row of the one is a row of the other.
bool may_share_keys(const DataFile& deletes, const DataFile& data, const TableMetadata& metadata) {
  for (const std::int32_t id : deletes.equality_ids) {
    const Field* field = metadata.schema().find(id);
    if (field == nullptr || !field->type.is_primitive()) continue;
    // NULL equals NULL, and NaN is in no bounds.
    const bool floating = field->type.id == TypeId::kFloat || field->type.id == TypeId::kDouble;
    const std::int64_t* nulls = deletes.null_value_counts.find(id);
    if (floating || nulls == nullptr || *nulls > 0) continue;
    const auto bound = [&](const FieldMap<std::string>& bounds) -> std::optional<Literal> {
      const std::string* bytes = bounds.find(id);
      if (bytes == nullptr) return std::nullopt;
      auto value = from_bytes(*bytes, field->type);
      if (!value) return std::nullopt;
      return *std::move(value);
    };
    const auto low = bound(deletes.lower_bounds);
    const auto high = bound(data.upper_bounds);
    if (low && high && compare(*low, *high) > 0) return false;
    const auto top = bound(deletes.upper_bounds);
    const auto bottom = bound(data.lower_bounds);
    if (top && bottom && compare(*top, *bottom) < 0) return false;
  }
  return true;
}

bool applies(const DeleteFile& deletes, const DataFile& data, std::int64_t sequence_number,
             const TableMetadata& metadata) {
  if (deletes.file().content == FileContent::kPositionDeletes) {
    return deletes.sequence_number() >= sequence_number;
  }
  return deletes.sequence_number() > sequence_number && may_share_keys(deletes.file(), data, metadata);
}

}  // namespace

Status DeleteIndex::add(ManifestEntry entry, const PartitionSpec& spec, const TableMetadata& metadata) {
  const DataFile& file = entry.file;
  if (file.format == "PUFFIN" || file.format == "puffin") {
    return fail(
        ErrorKind::kUnsupported, 4401,
        "deletion vectors (format version 3) are not read; rewrite the data files with the engine that "
        "wrote them",
        file.path);
  }
  if (file.format != "PARQUET" && file.format != "parquet") {
    return fail(ErrorKind::kUnsupported, 4401,
                fmt::format("delete files of format {} are not read", file.format), file.path);
  }
  if (file.content == FileContent::kData) {
    return fail(ErrorKind::kDamaged, 4024, "a manifest of delete files names a data file", file.path);
  }
  GT_ASSIGN(std::string path, to_path(file.path));
  if (const std::string only = only_file(file); !only.empty()) {
    by_file_[only].push_back(
        std::make_shared<const DeleteFile>(entry.file, std::move(path), entry.sequence_number.value_or(0)));
    return {};
  }
  const bool global = file.content == FileContent::kEqualityDeletes && spec.is_unpartitioned();
  const std::string key = global ? std::string() : partition_key(file, metadata);
  auto shared = std::make_shared<const DeleteFile>(std::move(entry.file), std::move(path),
                                                   entry.sequence_number.value_or(0));
  (global ? global_ : by_partition_[key]).push_back(std::move(shared));
  return {};
}

DeleteFiles DeleteIndex::all() const {
  DeleteFiles files = global_;
  for (const auto* groups : {&by_partition_, &by_file_}) {
    for (const auto& [key, group] : *groups) files.insert(files.end(), group.begin(), group.end());
  }
  return files;
}

DeleteFiles DeleteIndex::find(const DataFile& file, std::int64_t sequence_number,
                              const TableMetadata& metadata) const {
  DeleteFiles found;
  const auto take = [&](const DeleteFiles& candidates) {
    for (const auto& candidate : candidates) {
      if (applies(*candidate, file, sequence_number, metadata)) found.push_back(candidate);
    }
  };
  const auto take_group = [&](const std::map<std::string, DeleteFiles>& groups, const std::string& key) {
    if (const auto at = groups.find(key); at != groups.end()) take(at->second);
  };
  take(global_);
  if (!by_partition_.empty()) take_group(by_partition_, partition_key(file, metadata));
  if (!by_file_.empty()) take_group(by_file_, normalise_location(file.path));
  return found;
}

}  // namespace goldtape::table
