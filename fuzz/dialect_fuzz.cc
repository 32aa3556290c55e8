// Dialects from JSON and TOML: what is accepted is written and read back unchanged.

#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/provider/files/dialect_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  namespace files = goldtape::provider::files;
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  for (const auto& dialect :
       {files::dialect_from_json(text, "fuzz"), files::dialect_from_toml(text, "fuzz")}) {
    if (!dialect) {
      FUZZ_CHECK(dialect.error().kind == goldtape::ErrorKind::kUsage);
      continue;
    }
    const auto again = files::dialect_from_json(files::to_json(*dialect), "written");
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(*again == *dialect);
  }
  return 0;
}
