// How fast answers of venues become columns: bytes and bars a second, one thread, answers in memory.
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "goldtape/provider/alpaca/venue.h"
#include "goldtape/provider/yahoo/venue.h"

namespace goldtape::provider {
namespace {

constexpr std::int64_t kFirst_s = 1'717'421'400;  // 2024-06-03T13:30:00Z

double price(std::int64_t i, std::int64_t more) {
  return 277.27 + static_cast<double>((i * 7919 + more) % 5000) / 100;
}

/// Minutes of sessions in a row, in Yahoo's chart: a list a column, float32 prices as Yahoo prints them.
std::string yahoo_body(std::int64_t bars) {
  std::string times;
  std::string columns[5];
  for (std::int64_t i = 0; i < bars; ++i) {
    const std::int64_t ts_s = kFirst_s + i / 390 * 86'400 + i % 390 * 60;
    const char* comma = i == 0 ? "" : ",";
    times += fmt::format("{}{}", comma, ts_s);
    for (int c = 0; c < 4; ++c) {
      columns[c] += fmt::format("{}{}", comma, static_cast<double>(static_cast<float>(price(i, c * 11))));
    }
    columns[4] += fmt::format("{}{}", comma, 1000 + i * 104'729 % 3'000'000);
  }
  return fmt::format(
      R"({{"chart":{{"result":[{{"meta":{{"currency":"USD","symbol":"AAPL","exchangeName":"NMS","instrumentType":)"
      R"("EQUITY","regularMarketTime":1738616400,"gmtoffset":-14400,"timezone":"EDT","exchangeTimezoneName":)"
      R"("America/New_York","dataGranularity":"1m"}},"timestamp":[{}],"indicators":{{"quote":[{{"open":[{}],)"
      R"("high":[{}],"low":[{}],"close":[{}],"volume":[{}]}}]}}}}],"error":null}}}})",
      times, columns[0], columns[1], columns[2], columns[3], columns[4]);
}

std::string alpaca_body(std::int64_t bars, std::int64_t tickers) {
  std::string body = R"({"bars":{)";
  for (std::int64_t t = 0; t < tickers; ++t) {
    body += fmt::format(R"({}"T{}":[)", t == 0 ? "" : ",", t);
    for (std::int64_t i = 0; i < bars / tickers; ++i) {
      const Timestamp ts = from_micros((kFirst_s + i / 390 * 86'400 + i % 390 * 60) * 1'000'000);
      body += fmt::format(
          R"({}{{"c":{:.2f},"h":{:.2f},"l":{:.2f},"n":{},"o":{:.2f},"t":"{}","v":{},"vw":{:.6f}}})",
          i == 0 ? "" : ",", price(i, 1), price(i, 2), price(i, 3), 100 + i % 900, price(i, 4),
          format_timestamp(ts), 1000 + i * 104'729 % 3'000'000, price(i, 5));
    }
    body += "]";
  }
  return body + R"(},"next_page_token":null})";
}

void parse(benchmark::State& state, const Venue& venue, std::string body, std::string ticker,
           std::int64_t bars) {
  Answer answer;
  answer.request.provider = answer.request.source = venue.name();
  answer.request.ticker = std::move(ticker);
  answer.request.interval = model::Interval::k1m;
  answer.bytes = std::move(body);
  answer.observed_at = parse_timestamp("2026-01-02T00:00:00Z").value();
  for (auto _ : state) {
    auto rows = venue.parse(answer);
    if (!rows || std::get<model::BarBatch>(*rows).size() != static_cast<std::size_t>(bars)) {
      state.SkipWithError(rows ? "bars are missing" : rows.error().to_string().c_str());
    }
    benchmark::DoNotOptimize(rows);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer.bytes.size()));
  state.SetItemsProcessed(state.iterations() * bars);
}

void yahoo_week(benchmark::State& state) {
  constexpr std::int64_t kBars = 2'730;
  parse(state, yahoo::YahooVenue(), yahoo_body(kBars), "AAPL", kBars);
}
BENCHMARK(yahoo_week);

void alpaca_page(benchmark::State& state) {
  constexpr std::int64_t kBars = 10'000;
  parse(state, alpaca::AlpacaVenue(), alpaca_body(kBars, 25), "_many", kBars);
}
BENCHMARK(alpaca_page);

}  // namespace
}  // namespace goldtape::provider

BENCHMARK_MAIN();
