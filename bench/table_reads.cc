// Times reads of silver's minutes as Arrow with float64 prices, for bench/read_peers.py to compare:
//   table_reads LAKE symbol|day|all SECURITY_ID|DATE|- REPEATS OUT.arrow
//   table_reads LAKE files
// Prints the milliseconds of each read, from asking the catalog to columns in memory; the last result goes to
// OUT as an Arrow stream. `files`: the data files of the current snapshot. A lake on S3 is named by the
// folder of its catalog, with its warehouse in GOLDTAPE_TEST_WAREHOUSE; AWS's variables say how S3 is
// reached.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/thread_pool.h>
#include <fmt/format.h>

#include "goldtape/base/config.h"
#include "goldtape/base/time.h"
#include "goldtape/io/s3_filesystem.h"
#include "goldtape/io/scheme_filesystem.h"
#include "goldtape/lake/lake.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/location.h"
#include "goldtape/table/scan.h"

namespace {

using namespace goldtape;

[[noreturn]] void die(const std::string& words) {
  fmt::print(stderr, "table_reads: {}\n", words);
  std::exit(1);
}

template <typename T>
T take(Result<T> result) {
  if (!result) die(result.error().to_string());
  return *std::move(result);
}

void check(const arrow::Status& status) {
  if (!status.ok()) die(status.ToString());
}

table::Expression filter_of(const std::string& what, const std::string& value) {
  if (what == "symbol") return table::equal_to("security_id", std::int64_t{std::stoll(value)});
  if (what == "day") return table::equal_to("date", table::literal(take(parse_date(value))));
  return {};
}

lake::Lake open_lake(const std::string& folder) {
  lake::LakeOptions options;
  if (const char* warehouse = std::getenv("GOLDTAPE_TEST_WAREHOUSE"); warehouse != nullptr) {
    options.warehouse = warehouse;
    options.filesystem =
        io::scheme_filesystem(io::local_filesystem(), []() -> Result<std::shared_ptr<io::FileSystem>> {
          GT_ASSIGN(const auto s3, io::S3Options::from(Config{}, process_environment()));
          return io::s3_filesystem(s3);
        });
  }
  return take(lake::Lake::open(folder, options));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[2]) == "files") {
    const auto lake = open_lake(argv[1]);
    for (const auto& file : take(take(lake.catalog().load("silver.bars_1m")).data_files())) {
      fmt::print("{}\n", take(table::to_path(file.path)));
    }
    return 0;
  }
  if (argc != 6) die("table_reads LAKE symbol|day|all SECURITY_ID|DATE|- REPEATS OUT.arrow");
  const std::string what = argv[2];
  check(arrow::SetCpuThreadPoolCapacity(2));
  const auto lake = open_lake(argv[1]);
  table::ScanOptions options;
  options.filter = filter_of(what, argv[3]);
  options.columns = {"ts", "open", "high", "low", "close", "volume"};
  if (what != "symbol") options.columns.insert(options.columns.begin(), "security_id");
  options.decimals_as_doubles = true;
  std::shared_ptr<arrow::Table> rows;
  for (int i = 0; i < std::stoi(argv[4]); ++i) {
    rows = nullptr;
    const auto start = std::chrono::steady_clock::now();
    rows = take(table::read(take(lake.catalog().load("silver.bars_1m")), options));
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    fmt::print("{:.4f}\n", elapsed.count());
  }
  auto out = arrow::io::FileOutputStream::Open(argv[5]);
  check(out.status());
  auto writer = arrow::ipc::MakeStreamWriter(*out, rows->schema());
  check(writer.status());
  check((*writer)->WriteTable(*rows));
  check((*writer)->Close());
  return 0;
}
