// Commits of single rows to one table through a catalog, for tests of many processes and of servers that
// fail.
//
//   commit_tool create DATABASE FOLDER             a table t.rows; DATABASE as store::Database::open takes
//                                                  it, and FOLDER may be s3://BUCKET/PREFIX; or rest+URL as
//                                                  in catalog.uri, and FOLDER has the operations database
//   commit_tool append DATABASE FOLDER FIRST N [TIMEOUT_MS]  N commits of one row each, with ids from FIRST
//   commit_tool check DATABASE FOLDER              rows, snapshots and what fsck finds, as JSON
//
// append prints a JSON line a commit: how long it took in all, its attempts, and how long its transaction
// held the catalog. The exit code is that of the error.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/config.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_filesystem.h"
#include "goldtape/io/scheme_filesystem.h"
#include "goldtape/lake/catalog_choice.h"
#include "goldtape/store/schema.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/rest_catalog.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/sql_catalog.h"

namespace {

using namespace goldtape;         // NOLINT(google-build-using-namespace)
using namespace goldtape::table;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;

const TableName kTable{"t", "rows"};

[[noreturn]] void end_with(const Error& error) {
  fmt::print(stderr, "{}\n", error.to_string());
  std::exit(exit_code(error.kind));
}

template <typename T>
T must(Result<T> result) {
  if (!result) end_with(result.error());
  return *std::move(result);
}

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// A folder, or S3 as AWS's variables say.
std::shared_ptr<io::FileSystem> files_of_both_kinds() {
  return io::scheme_filesystem(io::local_filesystem(), []() -> Result<std::shared_ptr<io::FileSystem>> {
    GT_ASSIGN(const io::S3Options s3, io::S3Options::from(Config{}, process_environment()));
    return io::s3_filesystem(s3);
  });
}

std::unique_ptr<Catalog> open_catalog(const std::string& database, const std::string& folder,
                                      int timeout_ms) {
  if (database.starts_with("rest+")) {
    auto operations =
        must(store::Database::open(folder + "/operations.db", {.answer_timeout_ms = timeout_ms}));
    auto options = must(lake::rest_options(database, process_environment()));
    return must(RestCatalog::open({std::move(operations), files_of_both_kinds(), io::system_clock(), folder},
                                  std::move(options)));
  }
  return std::make_unique<SqlCatalog>(
      CatalogParts{must(store::Database::open(database, {.answer_timeout_ms = timeout_ms})),
                   files_of_both_kinds(), io::system_clock(), folder});
}

std::shared_ptr<arrow::Table> one_row(std::int64_t id) {
  arrow::Int64Builder ids;
  if (!ids.Append(id).ok()) std::abort();
  return arrow::Table::Make(arrow::schema({arrow::field("id", arrow::int64(), false)}), {*ids.Finish()});
}

void create(Catalog& catalog) {
  if (!must(catalog.namespace_exists(kTable.space))) {
    if (auto made = catalog.create_namespace(kTable.space); !made) end_with(made.error());
  }
  TableSpec spec;
  spec.schema.fields = {
      {.id = 1, .name = "id", .type = {.id = table::TypeId::kLong}, .required = true, .doc = ""}};
  spec.specs = {{.spec_id = 0, .fields = {}}};
  must(catalog.create_table(kTable, spec));
}

void append(Catalog& catalog, std::int64_t first, std::int64_t count) {
  for (std::int64_t id = first; id < first + count; ++id) {
    const Table table = must(catalog.load(kTable));
    DataWriter writer(table);
    const auto files = must(writer.write(one_row(id)));
    const auto started = Clock::now();
    auto swapped = started;
    Commit commit(catalog);
    commit.append(table, files);
    commit.with_ops([&](store::Transaction& transaction, const CommitResult&) {
      swapped = Clock::now();
      return store::set_meta(transaction, fmt::format("row.{}", id), "1");
    });
    auto result = commit.run();
    if (!result) end_with(result.error());
    fmt::print("{{\"id\": {}, \"commit_ms\": {:.3f}, \"transaction_ms\": {:.3f}, \"attempts\": {}}}\n", id,
               ms_since(started), ms_since(swapped), result->attempts);
    std::fflush(stdout);
  }
}

void check(Catalog& catalog) {
  const Table table = must(catalog.load(kTable));
  const auto rows = must(read(table, ScanOptions{}));
  std::set<std::int64_t> ids;
  for (const auto& chunk : rows->column(0)->chunks()) {
    const auto& values = static_cast<const arrow::Int64Array&>(*chunk);
    for (std::int64_t i = 0; i < values.length(); ++i) ids.insert(values.Value(i));
  }
  const auto report = must(fsck_table(table, {.deep = true}));
  const auto noted = must(catalog.database()->query("SELECT count(*) FROM meta WHERE key LIKE 'row.%'"));
  fmt::print(
      "{{\"rows\": {}, \"distinct\": {}, \"history\": {}, \"snapshots\": {}, \"last_sequence_number\": {},"
      " \"ops\": {}, \"findings\": {}, \"clean\": {}}}\n",
      rows->num_rows(), ids.size(), table.history().size(), table.metadata().snapshots.size(),
      table.metadata().last_sequence_number, store::int_of(noted.rows.at(0).at(0)), report.findings.size(),
      report.is_clean());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() < 3) {
    fmt::print(stderr, "usage: commit_tool create|append|check DATABASE FOLDER [FIRST N [TIMEOUT_MS]]\n");
    return 2;
  }
  const int timeout_ms = args.size() > 5 ? std::atoi(args[5].c_str()) : 30'000;
  const auto catalog = open_catalog(args[1], args[2], timeout_ms);
  if (args[0] == "create") {
    create(*catalog);
  } else if (args[0] == "append" && args.size() > 4) {
    append(*catalog, std::atoll(args[3].c_str()), std::atoll(args[4].c_str()));
  } else if (args[0] == "check") {
    check(*catalog);
  } else {
    fmt::print(stderr, "unknown command {}\n", args[0]);
    return 2;
  }
  return 0;
}
