// A lake in a folder of its own for the tests of table/, and tables of few rows. Tests only.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/store/database.h"
#include "goldtape/store/store_test_backend.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/sql_catalog.h"

namespace goldtape::table::test {

/// One row of the bars table: nulls are absent.
struct BarRow {
  std::string interval;
  std::string ticker;
  std::int32_t date;  ///< Days since 1970.
  std::int64_t ts;
  double close;
  std::optional<std::int64_t> price;  ///< Unscaled decimal(18, 4).
  bool operator==(const BarRow&) const = default;
};

inline Schema bars_schema() {
  Schema schema;
  schema.fields = {
      {.id = 1, .name = "interval", .type = {.id = TypeId::kString}, .required = true, .doc = ""},
      {.id = 2,
       .name = "ticker",
       .type = {.id = TypeId::kString},
       .required = true,
       .doc = "as the vendor wrote it"},
      {.id = 3, .name = "date", .type = {.id = TypeId::kDate}, .required = true, .doc = ""},
      {.id = 4, .name = "ts", .type = {.id = TypeId::kTimestampTz}, .required = true, .doc = ""},
      {.id = 5, .name = "close", .type = {.id = TypeId::kDouble}, .required = true, .doc = ""},
      {.id = 6,
       .name = "price",
       .type = {.id = TypeId::kDecimal, .precision = 18, .scale = 4},
       .required = false,
       .doc = ""},
  };
  return schema;
}

/// Two specs, the wide and the narrow one of bronze.bars; sorted by (ticker, ts).
inline TableSpec bars_spec() {
  TableSpec spec;
  spec.schema = bars_schema();
  const Transform identity;
  spec.specs = {
      {.spec_id = 0,
       .fields = {{.source_id = 1, .field_id = 0, .name = "interval", .transform = identity},
                  {.source_id = 3, .field_id = 0, .name = "date", .transform = identity}}},
      {.spec_id = 1,
       .fields = {{.source_id = 1, .field_id = 0, .name = "interval", .transform = identity},
                  {.source_id = 2, .field_id = 0, .name = "ticker", .transform = identity},
                  {.source_id = 3, .field_id = 0, .name = "date", .transform = identity}}},
  };
  spec.sort_order.fields = {{.source_id = 2, .transform = identity}, {.source_id = 4, .transform = identity}};
  return spec;
}

inline std::shared_ptr<arrow::Table> bars_table(const std::vector<BarRow>& rows) {
  arrow::StringBuilder interval;
  arrow::StringBuilder ticker;
  arrow::Date32Builder date;
  arrow::TimestampBuilder ts(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), arrow::default_memory_pool());
  arrow::DoubleBuilder close;
  arrow::Decimal128Builder price(arrow::decimal128(18, 4));
  for (const BarRow& row : rows) {
    EXPECT_TRUE(interval.Append(row.interval).ok());
    EXPECT_TRUE(ticker.Append(row.ticker).ok());
    EXPECT_TRUE(date.Append(row.date).ok());
    EXPECT_TRUE(ts.Append(row.ts).ok());
    EXPECT_TRUE(close.Append(row.close).ok());
    EXPECT_TRUE((row.price ? price.Append(arrow::Decimal128(*row.price)) : price.AppendNull()).ok());
  }
  return arrow::Table::Make(to_arrow(bars_schema()), {*interval.Finish(), *ticker.Finish(), *date.Finish(),
                                                      *ts.Finish(), *close.Finish(), *price.Finish()});
}

/// The rows of a scan of all columns, sorted.
inline std::vector<BarRow> bar_rows(const arrow::Table& table) {
  const auto batch = *table.CombineChunksToBatch();
  std::vector<BarRow> rows;
  for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
    const auto& price = static_cast<const arrow::Decimal128Array&>(*batch->GetColumnByName("price"));
    BarRow row{
        static_cast<const arrow::StringArray&>(*batch->GetColumnByName("interval")).GetString(i),
        static_cast<const arrow::StringArray&>(*batch->GetColumnByName("ticker")).GetString(i),
        static_cast<const arrow::Date32Array&>(*batch->GetColumnByName("date")).Value(i),
        static_cast<const arrow::TimestampArray&>(*batch->GetColumnByName("ts")).Value(i),
        static_cast<const arrow::DoubleArray&>(*batch->GetColumnByName("close")).Value(i),
        {},
    };
    if (price.IsValid(i)) row.price = static_cast<std::int64_t>(arrow::Decimal128(price.GetValue(i)));
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const BarRow& a, const BarRow& b) {
    return std::tie(a.ticker, a.ts, a.close) < std::tie(b.ticker, b.ts, b.close);
  });
  return rows;
}

/// A fixture with a catalog over a new folder.
class LakeTest : public ::testing::Test {
 protected:
  LakeTest() {
    folder_ = place_.folder().string();
    filesystem_ = io::local_filesystem();
    clock_ = std::make_shared<io::ManualClock>(from_micros(1'600'000'000'000'000));
    catalog_ = open_catalog();
  }

  std::unique_ptr<Catalog> open_catalog(std::shared_ptr<io::FileSystem> filesystem = nullptr) const {
    auto database = store::Database::open(place_.where());
    EXPECT_TRUE(database.has_value()) << database.error().to_string();
    return std::make_unique<SqlCatalog>(
        CatalogParts{*database, filesystem ? filesystem : filesystem_, clock_, folder_});
  }

  Table create_bars() const {
    auto table = catalog_->create_table({"bronze", "bars"}, bars_spec());
    EXPECT_TRUE(table.has_value()) << table.error().to_string();
    return *table;
  }
  Table load_bars() const {
    auto table = catalog_->load("bronze.bars");
    EXPECT_TRUE(table.has_value()) << table.error().to_string();
    return *table;
  }

  /// Writes rows and appends them in a commit of their own; the snapshot's id.
  std::int64_t append(const std::vector<BarRow>& rows, std::optional<std::int32_t> spec_id = {}) const {
    const Table table = load_bars();
    DataWriter writer(table, {.spec_id = spec_id, .parquet = {}});
    auto files = writer.write(bars_table(rows));
    EXPECT_TRUE(files.has_value()) << files.error().to_string();
    Commit commit(*catalog_);
    commit.append(table, *files);
    auto result = commit.run();
    EXPECT_TRUE(result.has_value()) << result.error().to_string();
    clock_->advance(std::chrono::seconds(1));
    return result->snapshot_id(table.name()).value_or(0);
  }

  std::vector<BarRow> read_bars(const ScanOptions& options = {}) const {
    auto rows = table::read(load_bars(), options);
    EXPECT_TRUE(rows.has_value()) << rows.error().to_string();
    return rows ? bar_rows(**rows) : std::vector<BarRow>{};
  }

  /// On PostgreSQL where there is a server for tests, else on SQLite.
  store::test::DatabasePlace place_{store::test::backends().back()};
  std::string folder_;
  std::shared_ptr<io::FileSystem> filesystem_;
  std::shared_ptr<io::ManualClock> clock_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace goldtape::table::test
