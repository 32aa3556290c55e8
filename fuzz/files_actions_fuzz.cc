// Files of corporate actions: any bytes give actions that keep their promises, or an error that says where.

#include <cmath>

#include "check.h"
#include "files_answer.h"
#include "goldtape/provider/files/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const auto answer =
      goldtape::fuzz::files_answer(data, size_bytes, "actions", goldtape::model::Interval::k1d, "UTC");
  const auto rows = goldtape::provider::files::parse_answer(answer);
  if (!rows) {
    FUZZ_CHECK(rows.error().code >= 1000 && rows.error().code < 9000);
    FUZZ_CHECK(!rows.error().message.empty());
    return 0;
  }
  for (const auto& action : std::get<goldtape::model::ActionBatch>(*rows).actions) {
    FUZZ_CHECK(!action.ticker.empty());
    FUZZ_CHECK(std::isfinite(action.value));
    FUZZ_CHECK(action.known_at <= answer.observed_at);
    FUZZ_CHECK(action.line > 0);
  }
  return 0;
}
