// Writes Iceberg tables through table/ for the tests against other engines, and says what table/ reads.
//   iceberg_tool write DIR                    makes DIR/lake.db with the tables of test.*
//   iceberg_tool matrix DIR [NAME...]         makes DIR/lake.db with the tables of matrix.*, or those named
//   iceberg_tool dump DIR TABLE [SNAPSHOT]    rows as JSON lines, in the table's own order
//   iceberg_tool delete DIR TABLE ID MODE     takes out rows with that id and above; MODE: rewrite, position
//   iceberg_tool fsck DIR                     deep check; findings, one a line; exits 1 when there is an
//   error
// DIR/lake.db is the catalog and DIR the warehouse; with GOLDTAPE_TEST_WAREHOUSE=s3://... DIR is a lake's
// folder, its catalog.db the catalog, and AWS's variables say how S3 is reached.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/config.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_filesystem.h"
#include "goldtape/store/database.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/rewrite.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/sql_catalog.h"
#include "matrix_tables.h"

namespace {

using namespace goldtape;
using namespace goldtape::table;
using TypeId = goldtape::table::TypeId;

constexpr std::int64_t kRows = 1000;

template <typename T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  fmt::print(stderr, "{}\n", result.error().to_string());
  std::exit(1);
}

void must(const arrow::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::exit(1);
}

std::shared_ptr<Catalog> open_catalog(const std::string& folder) {
  if (const char* warehouse = std::getenv("GOLDTAPE_TEST_WAREHOUSE"); warehouse != nullptr) {
    const auto s3 = io::s3_filesystem(must(io::S3Options::from(Config{}, process_environment())));
    return std::make_shared<SqlCatalog>(
        CatalogParts{must(store::Database::open(folder + "/catalog.db")), s3, io::system_clock(), warehouse});
  }
  return std::make_shared<SqlCatalog>(CatalogParts{must(store::Database::open(folder + "/lake.db")),
                                                   io::local_filesystem(), io::system_clock(), folder});
}

// A column by a function of the row's number; absent is NULL.
template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> column(const std::shared_ptr<arrow::DataType>& type, std::int64_t begin,
                                     std::int64_t end,
                                     const std::function<std::optional<Value>(std::int64_t)>& value_of) {
  const auto builder = std::move(arrow::MakeBuilder(type)).ValueOrDie();
  auto& typed = static_cast<Builder&>(*builder);
  for (std::int64_t row = begin; row < end; ++row) {
    const auto value = value_of(row);
    must(value ? typed.Append(*value) : typed.AppendNull());
  }
  return std::move(builder->Finish()).ValueOrDie();
}

// Every value is a plain function of the row's number, so that the Python side can say it too.
template <typename Value>
std::function<std::optional<Value>(std::int64_t)> value(std::function<Value(std::int64_t)> f,
                                                        std::int64_t null_each) {
  return [f = std::move(f), null_each](std::int64_t row) -> std::optional<Value> {
    if (null_each > 0 && row % null_each == 0) return std::nullopt;
    return f(row);
  };
}

Schema types_schema() {
  Schema schema;
  const auto add = [&](const char* name, Type type, bool required) {
    const auto id = static_cast<std::int32_t>(schema.fields.size()) + 1;
    schema.fields.push_back(
        {.id = id, .name = name, .type = std::move(type), .required = required, .doc = ""});
  };
  add("id", {.id = TypeId::kLong}, true);
  add("flag", {.id = TypeId::kBoolean}, false);
  add("small", {.id = TypeId::kInt}, false);
  add("real", {.id = TypeId::kFloat}, false);
  add("number", {.id = TypeId::kDouble}, false);
  add("price", {.id = TypeId::kDecimal, .precision = 18, .scale = 4}, false);
  add("wide", {.id = TypeId::kDecimal, .precision = 30, .scale = 2}, false);
  add("day", {.id = TypeId::kDate}, false);
  add("naive", {.id = TypeId::kTimestamp}, false);
  add("instant", {.id = TypeId::kTimestampTz}, false);
  add("text", {.id = TypeId::kString}, false);
  add("bytes", {.id = TypeId::kBinary}, false);
  return schema;
}

std::shared_ptr<arrow::Table> types_rows(std::int64_t begin, std::int64_t end) {
  const auto schema = to_arrow(types_schema());
  const auto type = [&](int i) { return schema->field(i)->type(); };
  using arrow::Decimal128;
  return arrow::Table::Make(
      schema,
      {column<arrow::Int64Builder, std::int64_t>(type(0), begin, end,
                                                 value<std::int64_t>([](auto i) { return i; }, 0)),
       column<arrow::BooleanBuilder, bool>(type(1), begin, end,
                                           value<bool>([](auto i) { return i % 3 == 1; }, 5)),
       column<arrow::Int32Builder, std::int32_t>(
           type(2), begin, end,
           value<std::int32_t>([](auto i) { return static_cast<std::int32_t>(i * 7 - 500); }, 7)),
       column<arrow::FloatBuilder, float>(type(3), begin, end,
                                          value<float>([](auto i) { return static_cast<float>(i) / 4; }, 11)),
       column<arrow::DoubleBuilder, double>(
           type(4), begin, end, value<double>([](auto i) { return static_cast<double>(i) / 8 - 30; }, 13)),
       column<arrow::Decimal128Builder, Decimal128>(
           type(5), begin, end,
           value<Decimal128>([](auto i) { return Decimal128(i * 12345 - 100'000); }, 17)),
       column<arrow::Decimal128Builder, Decimal128>(
           type(6), begin, end,
           value<Decimal128>([](auto i) { return Decimal128("100000000000000000000") * Decimal128(i - 500); },
                             19)),
       column<arrow::Date32Builder, std::int32_t>(
           type(7), begin, end,
           value<std::int32_t>([](auto i) { return static_cast<std::int32_t>(17'900 + i / 10); }, 23)),
       column<arrow::TimestampBuilder, std::int64_t>(
           type(8), begin, end,
           value<std::int64_t>([](auto i) { return 1'549'900'000'123'456 + i * 3'600'000'000; }, 29)),
       column<arrow::TimestampBuilder, std::int64_t>(
           type(9), begin, end,
           value<std::int64_t>([](auto i) { return 1'549'900'000'000'000 + i * 7'200'000'000; }, 31)),
       column<arrow::StringBuilder, std::string>(
           type(10), begin, end,
           value<std::string>([](auto i) { return fmt::format("name {} of a long text, é", i % 37); }, 37)),
       column<arrow::BinaryBuilder, std::string>(
           type(11), begin, end,
           value<std::string>([](auto i) { return std::string(1, static_cast<char>(i % 256)); }, 41))});
}

PartitionField by(std::int32_t source_id, const char* name, const char* transform) {
  return {.source_id = source_id, .field_id = 0, .name = name, .transform = must(parse_transform(transform))};
}

TableSpec spec_of(std::vector<PartitionSpec> specs) {
  TableSpec spec;
  spec.schema = types_schema();
  spec.specs = std::move(specs);
  spec.sort_order.fields = {{.source_id = 1, .transform = {}}};
  return spec;
}

void append(Catalog& catalog, const std::string& name, const std::shared_ptr<arrow::Table>& rows,
            std::optional<std::int32_t> spec_id = {}) {
  const Table table = must(catalog.load(name));
  DataWriter writer(table, {.spec_id = spec_id, .parquet = {}});
  Commit commit(catalog);
  commit.append(table, must(writer.write(rows)), {.summary = {{summary_key::kLoadId, "load-of-" + name}}});
  must(commit.run());
}

void write(const std::string& folder) {
  const auto catalog = open_catalog(folder);
  must(catalog->create_table({"test", "plain"}, spec_of({})));
  append(*catalog, "test.plain", types_rows(0, kRows));

  must(catalog->create_table({"test", "empty"}, spec_of({})));

  must(catalog->create_table(
      {"test", "transforms"},
      spec_of({{.spec_id = 0,
                .fields = {by(1, "id_bucket", "bucket[4]"), by(10, "instant_month", "month"),
                           by(2, "flag", "identity")}},
               {.spec_id = 1, .fields = {by(11, "text_trunc", "truncate[6]"), by(8, "day_year", "year")}},
               {.spec_id = 2, .fields = {by(9, "naive_day", "day")}},
               {.spec_id = 3, .fields = {by(9, "naive_hour", "hour"), by(6, "price_bucket", "bucket[3]")}},
               {.spec_id = 4,
                .fields = {by(8, "day", "identity"), by(6, "price_trunc", "truncate[1000000]")}}})));
  append(*catalog, "test.transforms", types_rows(0, 200), 0);
  append(*catalog, "test.transforms", types_rows(200, 400), 1);
  append(*catalog, "test.transforms", types_rows(400, 430), 2);
  append(*catalog, "test.transforms", types_rows(430, 460), 3);
  append(*catalog, "test.transforms", types_rows(460, kRows), 4);

  // Snapshots: 0..500; all; without id < 100 and without day 17920; with a new column.
  must(catalog->create_table({"test", "history"},
                             spec_of({{.spec_id = 0, .fields = {by(8, "day", "identity")}}})));
  append(*catalog, "test.history", types_rows(0, 500));
  append(*catalog, "test.history", types_rows(500, kRows));
  Table table = must(catalog->load("test.history"));
  const Expression gone = less("id", std::int64_t{95}) || equal_to("day", literal(from_days(17'920)));
  const Rewrite rewrite = must(plan_delete(table, gone));
  Commit remove(*catalog);
  remove.replace(table, rewrite.removed, rewrite.added, {.planned_from = gone});
  must(remove.run());
  table = must(catalog->load("test.history"));
  Commit evolve(*catalog);
  evolve.add_column(table, "added", {.id = TypeId::kString}, "added later");
  must(evolve.run());
  const auto rows = types_rows(kRows, kRows + 10);
  auto extra = column<arrow::StringBuilder, std::string>(
      arrow::utf8(), kRows, kRows + 10,
      value<std::string>([](auto i) { return fmt::format("added {}", i); }, 3));
  append(
      *catalog, "test.history",
      rows->AddColumn(0, arrow::field("added", arrow::utf8()), std::make_shared<arrow::ChunkedArray>(extra))
          .ValueOrDie());
}

void dump(const std::string& folder, const std::string& name, std::optional<std::int64_t> snapshot_id) {
  const Table table = must(open_catalog(folder)->load(name));
  ScanOptions options;
  options.snapshot_id = snapshot_id;
  const auto rows = must(read(table, options));
  const auto batch = rows->CombineChunksToBatch().ValueOrDie();
  for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
    nlohmann::json line;
    for (int i = 0; i < batch->num_columns(); ++i)
      line[batch->column_name(i)] = json_cell(*batch->column(i), row);
    fmt::print("{}\n", line.dump());
  }
}

void remove(const std::string& folder, const std::string& name, std::int64_t id, bool by_position) {
  const auto catalog = open_catalog(folder);
  const Table table = must(catalog->load(name));
  const Expression gone = greater_equal("id", id);
  const auto mode = by_position ? DeleteMode::kMergeOnRead : DeleteMode::kCopyOnWrite;
  const Rewrite rewrite = must(plan_delete(table, gone, mode));
  Commit commit(*catalog);
  commit.replace(table, rewrite.removed, rewrite.added, {.planned_from = gone});
  must(commit.run());
}

int check(const std::string& folder) {
  const FsckReport report = must(table::fsck(*open_catalog(folder), {.deep = true}));
  for (const FsckFinding& finding : report.findings) {
    fmt::print("{} {} {} {}: {}\n", finding.is_error ? "error" : "note", finding.check, finding.table,
               finding.location, finding.message);
  }
  return report.is_clean() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 2 && args[0] == "write") {
    write(args[1]);
    return 0;
  }
  if (args.size() >= 2 && args[0] == "matrix") {
    write_matrix(*open_catalog(args[1]), {args.begin() + 2, args.end()});
    return 0;
  }
  if (args.size() >= 3 && args[0] == "dump") {
    dump(args[1], args[2], args.size() > 3 ? std::optional(std::stoll(args[3])) : std::nullopt);
    return 0;
  }
  if (args.size() == 5 && args[0] == "delete") {
    remove(args[1], args[2], std::stoll(args[3]), args[4] == "position");
    return 0;
  }
  if (args.size() == 2 && args[0] == "fsck") return check(args[1]);
  fmt::print(stderr,
             "usage: iceberg_tool write DIR | matrix DIR [NAME...] | dump DIR TABLE [SNAPSHOT] | delete DIR "
             "TABLE ID MODE | "
             "fsck DIR\n");
  return 2;
}
