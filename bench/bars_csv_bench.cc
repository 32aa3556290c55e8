// How fast bars are read from text: bytes and rows a second, one thread, text in memory.
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/files/parser.h"

namespace goldtape::provider::files {
namespace {

/// Minute bars of 50 sessions a ticker, as a vendor prints them.
std::string text_of(std::int64_t rows, std::int64_t tickers, bool quoted) {
  std::string text = "ticker,ts,open,high,low,close,volume\n";
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t minute = i / tickers;
    const std::int64_t us =
        1'546'439'400'000'000 + (minute / 390) * 86'400'000'000 + (minute % 390) * 60'000'000;
    std::string ts = format_timestamp(from_micros(us)).substr(0, 19);
    ts[10] = ' ';
    const std::int64_t price = 2'772'700 + (i * 7919) % 5000;
    const auto dollars = [](std::int64_t e4) { return fmt::format("{}.{:02d}", e4 / 10000, e4 / 100 % 100); };
    const std::string_view quote = quoted ? "\"" : "";
    const std::string ticker = fmt::format("{}T{}{}", quote, i % tickers, quote);
    text += fmt::format("{},{},{},{},{},{},{}\n", ticker, ts, dollars(price), dollars(price + 1500),
                        dollars(price - 900), dollars(price + 300), 1000 + (i * 104729) % 3'000'000);
  }
  return text;
}

void read_bars(benchmark::State& state, std::int64_t tickers, bool quoted, const char* tz) {
  const std::int64_t rows = 20'000 * tickers;
  Answer answer;
  answer.bytes = text_of(rows, tickers, quoted);
  Dialect dialect = builtin_dialect("default").value();
  dialect.tz = tz;
  answer.request.provider = "files";
  answer.request.params = {{"name", "bars.csv"}, {"dialect", to_json(dialect)}};
  for (auto _ : state) {
    auto batch = parse_answer(answer);
    if (!batch) state.SkipWithError(batch.error().to_string().c_str());
    benchmark::DoNotOptimize(batch);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer.bytes.size()));
  state.SetItemsProcessed(state.iterations() * rows);
}

BENCHMARK_CAPTURE(read_bars, one_ticker_utc, 1, false, "UTC");
BENCHMARK_CAPTURE(read_bars, one_ticker_new_york, 1, false, "America/New_York");
BENCHMARK_CAPTURE(read_bars, ten_tickers_interleaved, 10, false, "America/New_York");
BENCHMARK_CAPTURE(read_bars, quoted, 1, true, "UTC");

}  // namespace
}  // namespace goldtape::provider::files

BENCHMARK_MAIN();
