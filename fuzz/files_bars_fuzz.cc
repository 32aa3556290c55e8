// Files of bars: any bytes give rows that keep BarBatch's promises, or an error that says where.

#include <cmath>

#include "check.h"
#include "files_answer.h"
#include "goldtape/provider/files/parser.h"

namespace {

using goldtape::model::BarBatch;
using goldtape::model::Interval;

void check_batch(const BarBatch& batch) {
  const std::size_t rows = batch.size();
  for (const std::size_t size :
       {batch.ticker.size(), batch.date_days.size(), batch.open.size(), batch.high.size(), batch.low.size(),
        batch.close.size(), batch.volume.size(), batch.vwap.size(), batch.trade_count.size(),
        batch.adj_close.size(), batch.session.size(), batch.line.size()}) {
    FUZZ_CHECK(size == rows);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    FUZZ_CHECK(batch.ticker[i] < batch.tickers.size());
    FUZZ_CHECK(!batch.tickers[batch.ticker[i]].empty());
    FUZZ_CHECK(batch.line[i] > 0);
    for (const double price : {batch.open[i], batch.high[i], batch.low[i], batch.close[i]}) {
      FUZZ_CHECK(std::isfinite(price));
    }
  }
}

void parse(const std::uint8_t* data, std::size_t size_bytes, Interval interval, const char* tz) {
  const auto rows = goldtape::provider::files::parse_answer(
      goldtape::fuzz::files_answer(data, size_bytes, "bars", interval, tz));
  if (rows) {
    check_batch(std::get<BarBatch>(*rows));
  } else {
    FUZZ_CHECK(rows.error().code >= 1000 && rows.error().code < 9000);
    FUZZ_CHECK(!rows.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  parse(data, size_bytes, Interval::k1m, "America/New_York");
  parse(data, size_bytes, Interval::k1d, "UTC");
  return 0;
}
