// The Avro schemas of manifests and manifest lists, and the field ids in them. Not public.
// Source: Iceberg table spec v2, "Manifests", "Manifest Lists".
#pragma once

#include <string>
#include <string_view>

#include "goldtape/table/avro.h"
#include "goldtape/table/schema.h"

namespace goldtape::table::internal {

/// Field ids of the spec.
enum ManifestFieldId : int {
  kStatus = 0,
  kSnapshotId = 1,
  kDataFile = 2,
  kSequenceNumber = 3,
  kFileSequenceNumber = 4,
  kFilePath = 100,
  kFileFormat = 101,
  kPartition = 102,
  kRecordCount = 103,
  kFileSize = 104,
  kColumnSizes = 108,
  kValueCounts = 109,
  kNullValueCounts = 110,
  kLowerBounds = 125,
  kUpperBounds = 128,
  kKeyMetadata = 131,
  kSplitOffsets = 132,
  kContent = 134,
  kEqualityIds = 135,
  kNanValueCounts = 137,
  kSortOrderId = 140,
  kReferencedDataFile = 143,
  kManifestPath = 500,
  kManifestLength = 501,
  kPartitionSpecId = 502,
  kAddedSnapshotId = 503,
  kAddedFiles = 504,
  kExistingFiles = 505,
  kDeletedFiles = 506,
  kPartitions = 507,
  kContainsNull = 509,
  kSummaryLower = 510,
  kSummaryUpper = 511,
  kAddedRows = 512,
  kExistingRows = 513,
  kDeletedRows = 514,
  kListSequenceNumber = 515,
  kMinSequenceNumber = 516,
  kListContent = 517,
  kContainsNan = 518,
  kListKeyMetadata = 519,
};

/// The schema of a manifest whose partition tuple is of this struct type.
[[nodiscard]] std::string manifest_schema_json(const Type& partition_type);
[[nodiscard]] const std::string& manifest_list_schema_json();

/// A field's id; by name where a writer left the ids out; -1 for a field that is not of the spec.
[[nodiscard]] int field_id_of(const avro::SchemaField& field);

/// Bytes that a decimal of this precision takes as an Avro fixed.
[[nodiscard]] int decimal_fixed_bytes(int precision);

}  // namespace goldtape::table::internal
