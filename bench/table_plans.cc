// Plans scans of a table of many data files, for bench/plan_peers.py to compare:
//   table_plans make DIR TICKERS DAYS    DIR/catalog.db with bench.bars: a file for each ticker and day, a
//   commit a day table_plans plan DIR all|day|ticker  prints the milliseconds of a first plan in this
//   process, from opening the
//                                        catalog, and how many files it found
// The data files are named, not written: a plan looks at none of them.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "goldtape/base/time.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/store/database.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/literal.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/sql_catalog.h"

namespace {

using namespace goldtape;
using namespace goldtape::table;

constexpr std::int32_t kFirstDay = 19'724;  // 2024-01-02
constexpr std::int64_t kBars = 390;

[[noreturn]] void die(const std::string& words) {
  fmt::print(stderr, "table_plans: {}\n", words);
  std::exit(1);
}

template <typename T>
T take(Result<T> result) {
  if (!result) die(result.error().to_string());
  return *std::move(result);
}

std::shared_ptr<Catalog> open_catalog(const std::string& folder) {
  return std::make_shared<SqlCatalog>(CatalogParts{take(store::Database::open(folder + "/catalog.db")),
                                                   io::local_filesystem(), io::system_clock(), folder});
}

TableSpec bars() {
  TableSpec spec;
  spec.schema.fields = {
      {.id = 1, .name = "ticker", .type = {.id = TypeId::kString}, .required = true, .doc = ""},
      {.id = 2, .name = "date", .type = {.id = TypeId::kDate}, .required = true, .doc = ""},
      {.id = 3, .name = "ts", .type = {.id = TypeId::kTimestampTz}, .required = true, .doc = ""},
      {.id = 4, .name = "close", .type = {.id = TypeId::kDouble}, .required = false, .doc = ""}};
  spec.specs = {{.spec_id = 0,
                 .fields = {{.source_id = 1, .field_id = 0, .name = "ticker", .transform = {}},
                            {.source_id = 2, .field_id = 0, .name = "date", .transform = {}}}}};
  return spec;
}

std::string ticker_name(int number) { return fmt::format("T{:05}", number); }

DataFile file_of(const Table& table, int ticker, std::int32_t day) {
  const Schema& schema = table.schema();
  const std::int64_t opens = (std::int64_t{day} * 1440 + 870) * 60'000'000;
  DataFile file;
  file.path = fmt::format("{}/data/ticker={}/date={}/{:08x}-{:05}.parquet", table.metadata().location,
                          ticker_name(ticker), format_date(from_days(day)), day, ticker);
  file.partition = {Literal{ticker_name(ticker)}, Literal{day}};
  file.record_count = kBars;
  file.file_size_bytes = 8'000 + ticker;
  const auto bound = [&](std::int32_t id, const Literal& low, const Literal& high) {
    const Type& type = schema.find(id)->type;
    file.lower_bounds.set(id, to_bytes(low, type));
    file.upper_bounds.set(id, to_bytes(high, type));
    file.value_counts.set(id, kBars);
    file.null_value_counts.set(id, 0);
    file.column_sizes.set(id, 2'000);
  };
  bound(1, Literal{ticker_name(ticker)}, Literal{ticker_name(ticker)});
  bound(2, Literal{day}, Literal{day});
  bound(3, Literal{opens}, Literal{opens + (kBars - 1) * 60'000'000});
  bound(4, Literal{10.0 + ticker}, Literal{11.0 + ticker});
  return file;
}

void make(const std::string& folder, int tickers, int days) {
  std::filesystem::create_directories(folder);
  const auto catalog = open_catalog(folder);
  take(catalog->create_table({"bench", "bars"}, bars()));
  for (std::int32_t day = kFirstDay; day < kFirstDay + days; ++day) {
    const Table table = take(catalog->load("bench.bars"));
    std::vector<DataFile> files;
    for (int ticker = 0; ticker < tickers; ++ticker) files.push_back(file_of(table, ticker, day));
    Commit commit(*catalog);
    commit.append(table, std::move(files));
    take(commit.run());
  }
}

Expression filter_of(const std::string& what) {
  if (what == "day") return equal_to("date", literal(from_days(kFirstDay + 1)));
  if (what == "ticker") return equal_to("ticker", Literal{ticker_name(7)});
  return {};
}

void plan(const std::string& folder, const std::string& what) {
  const auto start = std::chrono::steady_clock::now();
  const auto catalog = open_catalog(folder);
  const ScanPlan plan = take(plan_scan(take(catalog->load("bench.bars")), {.filter = filter_of(what)}));
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  fmt::print("{:.3f} {}\n", elapsed.count(), plan.tasks.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "make" && argc == 5) {
    make(argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  } else if (what == "plan" && argc == 4) {
    plan(argv[2], argv[3]);
  } else {
    die("make DIR TICKERS DAYS | plan DIR all|day|ticker");
  }
  return 0;
}
