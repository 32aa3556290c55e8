// LEAN's files: any bytes as an archive, and any text as the table, map file or factor file within, give rows
// that keep their promises, or an error that says where.

#include "files_answer.h"
#include "goldtape/provider/files/parser.h"
#include "venue_answer.h"

namespace {

using goldtape::model::Interval;
using goldtape::provider::Rows;

void check(const goldtape::Result<Rows>& rows) {
  if (rows) {
    goldtape::fuzz::check_rows(*rows);
  } else {
    FUZZ_CHECK(rows.error().code >= 1000 && rows.error().code < 9000);
    FUZZ_CHECK(!rows.error().message.empty());
  }
}

void read_as_table(const goldtape::provider::Answer& answer, const char* name, Interval interval) {
  using namespace goldtape::provider::files;
  ReadContext context = read_context(answer).value();
  context.origin.interval = interval;
  context.name = name;
  ReadReport report;
  const auto bars = read_bars_lean(name, answer.bytes, context, report);
  check(bars ? goldtape::Result<Rows>(*bars) : std::unexpected(bars.error()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  for (const char* dataset : {"bars", "actions"}) {
    check(goldtape::provider::files::parse_answer(
        goldtape::fuzz::files_answer(data, size_bytes, dataset, Interval::k1m, "UTC")));
  }
  const auto answer = goldtape::fuzz::files_answer(data, size_bytes, "bars", Interval::k1m, "UTC");
  read_as_table(answer, "20131103_spy_minute_trade.csv", Interval::k1m);
  read_as_table(answer, "spy.csv", Interval::k1h);
  read_as_table(answer, "spy.csv", Interval::k1d);
  return 0;
}
