#include <algorithm>
#include <cmath>
#include <limits>

#include "goldtape/table/manifest_summary_internal.h"

namespace goldtape::table::internal {
namespace {

bool is_nan(const Literal& value) {
  if (const auto* f = std::get_if<float>(&value)) return std::isnan(*f);
  if (const auto* d = std::get_if<double>(&value)) return std::isnan(*d);
  return false;
}

void count(const ManifestEntry& entry, ManifestFile& manifest) {
  switch (entry.status) {
    case EntryStatus::kAdded:
      ++manifest.added_files_count;
      manifest.added_rows_count += entry.file.record_count;
      return;
    case EntryStatus::kExisting:
      ++manifest.existing_files_count;
      manifest.existing_rows_count += entry.file.record_count;
      return;
    case EntryStatus::kDeleted:
      ++manifest.deleted_files_count;
      manifest.deleted_rows_count += entry.file.record_count;
      return;
  }
}

FieldSummary summarise_field(const std::vector<ManifestEntry>& entries, std::size_t field, const Type& type) {
  FieldSummary summary;
  summary.contains_nan = false;
  const Literal* lower = nullptr;
  const Literal* upper = nullptr;
  for (const ManifestEntry& entry : entries) {
    const Literal& value = entry.file.partition[field];
    if (holds_null(value)) {
      summary.contains_null = true;
    } else if (is_nan(value)) {
      summary.contains_nan = true;
    } else {
      if (lower == nullptr || compare(value, *lower) < 0) lower = &value;
      if (upper == nullptr || compare(value, *upper) > 0) upper = &value;
    }
  }
  if (lower != nullptr) summary.lower_bound = to_bytes(*lower, type);
  if (upper != nullptr) summary.upper_bound = to_bytes(*upper, type);
  return summary;
}

bool may_hold(const FieldSummary& summary, const Literal& value, const Type& type) {
  if (holds_null(value)) return summary.contains_null;
  if (is_nan(value)) return summary.contains_nan.value_or(true);
  if (!summary.lower_bound || !summary.upper_bound) return true;
  const auto lower = from_bytes(*summary.lower_bound, type);
  const auto upper = from_bytes(*summary.upper_bound, type);
  if (!lower || !upper) return true;
  return compare(value, *lower) >= 0 && compare(value, *upper) <= 0;
}

}  // namespace

Result<ManifestFile> summarise_manifest(const Schema& schema, const PartitionSpec& spec,
                                        const std::vector<ManifestEntry>& entries) {
  GT_ASSIGN(const Type type, spec.partition_type(schema));
  ManifestFile manifest;
  manifest.spec_id = spec.spec_id;
  manifest.min_sequence_number = std::numeric_limits<std::int64_t>::max();
  for (const ManifestEntry& entry : entries) {
    count(entry, manifest);
    if (entry.status != EntryStatus::kDeleted && entry.sequence_number) {
      manifest.min_sequence_number = std::min(manifest.min_sequence_number, *entry.sequence_number);
    }
  }
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    manifest.partitions.push_back(summarise_field(entries, i, type.fields[i].type));
  }
  return manifest;
}

bool may_hold_any(const Schema& schema, const PartitionSpec& spec, const ManifestFile& manifest,
                  const std::vector<DataFile>& files) {
  const auto type = spec.partition_type(schema);
  if (!type || manifest.partitions.size() != spec.fields.size()) return true;
  return std::any_of(files.begin(), files.end(), [&](const DataFile& file) {
    if (file.spec_id != spec.spec_id || file.partition.size() != spec.fields.size()) return false;
    for (std::size_t i = 0; i < spec.fields.size(); ++i) {
      if (!may_hold(manifest.partitions[i], file.partition[i], type->fields[i].type)) return false;
    }
    return true;
  });
}

}  // namespace goldtape::table::internal
