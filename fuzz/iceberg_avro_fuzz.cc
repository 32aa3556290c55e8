// Avro container files, as manifests and manifest lists: entries or an error, never more.

#include <cstdint>
#include <string_view>
#include <vector>

#include "check.h"
#include "goldtape/table/avro.h"
#include "goldtape/table/manifest_avro.h"

namespace {

using namespace goldtape::table;

Schema any_schema() {
  Schema schema;
  std::int32_t id = 1;
  for (const TypeId type :
       {TypeId::kString, TypeId::kLong, TypeId::kDate, TypeId::kTimestampTz, TypeId::kBoolean}) {
    schema.fields.push_back(
        {.id = id, .name = "f" + std::to_string(id), .type = {.id = type}, .required = false, .doc = ""});
    ++id;
  }
  return schema;
}

PartitionSpec any_spec() {
  PartitionSpec spec;
  for (std::int32_t id = 1; id <= 5; ++id) {
    spec.fields.push_back(
        {.source_id = id, .field_id = 999 + id, .name = "f" + std::to_string(id), .transform = {}});
  }
  return spec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size_bytes);
  if (const auto file = avro::read_avro(bytes, {.max_block_bytes = 16 << 20, .max_total_bytes = 64 << 20})) {
    std::int64_t rows = 0;
    const auto read = avro::read_rows(*file, [&](avro::Cursor& in) -> goldtape::Status {
      in.skip(*file->schema);
      ++rows;
      return {};
    });
    std::int64_t claimed = 0;
    for (const avro::Block& block : file->blocks) claimed += block.rows;
    FUZZ_CHECK(!read || rows == claimed);
  }
  static const Schema kSchema = any_schema();
  static const std::vector<PartitionSpec> kSpecs = {any_spec()};
  ManifestFile manifest;
  manifest.path = "fuzz";
  if (const auto entries = read_manifest(bytes, manifest, kSchema, kSpecs)) {
    for (const ManifestEntry& entry : *entries) FUZZ_CHECK(entry.file.partition.size() == 5);
    FUZZ_CHECK(write_manifest(kSchema, kSpecs[0], *entries).has_value());
  }
  if (const auto list = read_manifest_list(bytes)) {
    FUZZ_CHECK(read_manifest_list(*write_manifest_list(1, 2, 3, *list)).has_value());
  }
  return 0;
}
