// Databento files: any bytes give bars or trades that keep their promises, or an error that says where.

#include "files_answer.h"
#include "goldtape/provider/files/parser.h"
#include "venue_answer.h"

namespace {

using goldtape::model::Interval;

void parse(const std::uint8_t* data, std::size_t size_bytes, const char* dataset, Interval interval) {
  const auto rows = goldtape::provider::files::parse_answer(
      goldtape::fuzz::files_answer(data, size_bytes, dataset, interval, "UTC"));
  if (rows) {
    goldtape::fuzz::check_rows(*rows);
  } else {
    FUZZ_CHECK(rows.error().code >= 1000 && rows.error().code < 9000);
    FUZZ_CHECK(!rows.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  parse(data, size_bytes, "bars", Interval::k1m);
  parse(data, size_bytes, "bars", Interval::k1d);
  parse(data, size_bytes, "trades", Interval::k1m);
  return 0;
}
