// Writes a generated market's regular minutes as Parquet, one file a session, for benchmarks to load:
//   market_files OUT SYMBOLS SEED FROM TO
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "goldtape/base/time.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/generated_market.h"

namespace {

using namespace goldtape;

[[noreturn]] void die(const std::string& words) {
  fmt::print(stderr, "market_files: {}\n", words);
  std::exit(1);
}

void check(const arrow::Status& status) {
  if (!status.ok()) die(status.ToString());
}

struct Columns {
  arrow::StringBuilder ticker;
  arrow::TimestampBuilder ts{arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), arrow::default_memory_pool()};
  arrow::DoubleBuilder open, high, low, close, vwap;
  arrow::Int64Builder volume, trade_count;

  void add(const std::string& name, const simulate::MarketBar& bar) {
    check(ticker.Append(name));
    check(ts.Append(to_micros(bar.ts)));
    check(open.Append(bar.open));
    check(high.Append(bar.high));
    check(low.Append(bar.low));
    check(close.Append(bar.close));
    check(volume.Append(bar.volume));
    check(vwap.Append(bar.vwap));
    check(trade_count.Append(bar.trade_count));
  }
  std::shared_ptr<arrow::Table> finish() {
    const auto of = [](const char* name, arrow::ArrayBuilder& builder) {
      auto array = builder.Finish();
      check(array.status());
      return std::pair(arrow::field(name, (*array)->type()), *array);
    };
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (auto& [field, array] :
         {of("ticker", ticker), of("ts", ts), of("open", open), of("high", high), of("low", low),
          of("close", close), of("volume", volume), of("vwap", vwap), of("trade_count", trade_count)}) {
      fields.push_back(field);
      arrays.push_back(array);
    }
    return arrow::Table::Make(arrow::schema(fields), arrays);
  }
};

void write(const std::string& path, const arrow::Table& table) {
  auto out = arrow::io::FileOutputStream::Open(path);
  check(out.status());
  const auto properties =
      parquet::WriterProperties::Builder().compression(parquet::Compression::ZSTD)->build();
  check(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), *out, 1 << 20, properties));
  check((*out)->Close());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) die("market_files OUT SYMBOLS SEED FROM TO");
  const auto from = parse_date(argv[4]);
  const auto to = parse_date(argv[5]);
  if (!from || !to) die("dates are written as 2024-01-02");
  const auto market =
      simulate::GeneratedMarket::make({.symbols = static_cast<std::uint32_t>(std::stoul(argv[2])),
                                       .seed = std::stoull(argv[3]),
                                       .from = *from,
                                       .to = *to});
  if (!market) die(market.error().to_string());
  std::filesystem::create_directories(argv[1]);
  std::int64_t rows = 0;
  for (const auto& session : calendar::xnys().sessions(*from, *to)) {
    Columns columns;
    for (const auto& security : (*market)->securities()) {
      if (security.test_issue || !security.trades_on(session.date)) continue;
      const auto bars = (*market)->minutes(security, session.date, session.date);
      if (!bars) die(bars.error().to_string());
      for (const auto& bar : *bars) {
        if (bar.part == model::SessionPart::kRegular) columns.add(security.ticker_on(session.date), bar);
      }
    }
    const auto table = columns.finish();
    rows += table->num_rows();
    write(fmt::format("{}/{}.parquet", argv[1], format_date(session.date)), *table);
  }
  fmt::print("{} bars\n", rows);
  return 0;
}
