// Table metadata as JSON: what is read is written and read back to the same text.

#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/table/table_metadata_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  namespace table = goldtape::table;
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  if (const auto metadata = table::parse_table_metadata(text)) {
    const std::string json = table::to_json(*metadata);
    const auto again = table::parse_table_metadata(json);
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(table::to_json(*again) == json);
  }
  static_cast<void>(table::parse_schema(text));
  return 0;
}
