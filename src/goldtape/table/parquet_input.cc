#include <fmt/format.h>

#include "goldtape/table/parquet_input_internal.h"

namespace goldtape::table::internal {

std::unexpected<Error> unreadable(const std::string& path, std::string_view words) {
  return fail(ErrorKind::kDamaged, 4025, fmt::format("the data file cannot be read: {}", words), path);
}

parquet::ReaderProperties bounded_reader_properties() {
  // Footers claim what they like; more than this is not a file of ours.
  constexpr std::int32_t kMaxThriftBytes = 256 << 20;
  parquet::ReaderProperties properties;
  properties.set_thrift_string_size_limit(kMaxThriftBytes);
  return properties;
}

}  // namespace goldtape::table::internal
