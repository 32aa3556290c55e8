// Bars from Parquet, past the look at a file's first bytes.

#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/provider/files/reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  namespace files = goldtape::provider::files;
  files::ReadContext context;
  context.dialect = files::builtin_dialect("default").value();
  context.name = "AAPL.parquet";
  context.where = "fuzz";
  files::ReadReport report;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size_bytes);
  const auto batch = files::read_bars_parquet(bytes, context, report);
  if (batch) {
    FUZZ_CHECK(batch->size() + batch->rejected.size() > 0);
    FUZZ_CHECK(batch->close.size() == batch->size() && batch->line.size() == batch->size());
  } else {
    FUZZ_CHECK(batch.error().where.starts_with("fuzz"));
  }
  return 0;
}
