// What every catalog must do, whatever keeps it. A catalog's own test file includes this and instantiates
// CatalogConformance with a maker of places. Tests only.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/store/schema.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table::test {

/// An empty catalog for one test; gone with it.
class CatalogPlace {
 public:
  virtual ~CatalogPlace() = default;
  /// A connection of its own to the same catalog, as another process would have.
  [[nodiscard]] virtual std::unique_ptr<Catalog> open() = 0;
};

struct CatalogKind {
  std::string name;
  std::function<std::unique_ptr<CatalogPlace>()> make;
};

inline std::string catalog_kind_name(const ::testing::TestParamInfo<CatalogKind>& info) {
  return info.param.name;
}

inline void PrintTo(const CatalogKind& kind, std::ostream* out) { *out << kind.name; }

class CatalogConformance : public ::testing::TestWithParam<CatalogKind> {
 protected:
  void SetUp() override {
    place_ = GetParam().make();
    ASSERT_NE(place_, nullptr);
    catalog_ = place_->open();
    ASSERT_NE(catalog_, nullptr);
  }

  Table create(const TableName& name) const {
    auto table = catalog_->create_table(name, bars_spec());
    EXPECT_TRUE(table.has_value()) << table.error().to_string();
    return *table;
  }
  static std::vector<DataFile> write(const Table& table, const std::vector<BarRow>& rows) {
    DataWriter writer(table);
    auto files = writer.write(bars_table(rows));
    EXPECT_TRUE(files.has_value()) << files.error().to_string();
    return *files;
  }
  static BarRow row(int i) { return {"1m", "T" + std::to_string(i % 7), 18'000, i, 1.0 + i, i}; }
  static std::vector<BarRow> rows_of(const Table& table) {
    auto rows = read(table, ScanOptions{});
    EXPECT_TRUE(rows.has_value()) << rows.error().to_string();
    return rows ? bar_rows(**rows) : std::vector<BarRow>{};
  }
  /// The next state of a table by a property; no file is involved.
  static TableUpdate with_property(const Table& table, const std::string& key, const std::string& value) {
    TableUpdate update{table, table.metadata()};
    update.next.properties[key] = value;
    return update;
  }

  std::unique_ptr<CatalogPlace> place_;
  std::unique_ptr<Catalog> catalog_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CatalogConformance);

TEST_P(CatalogConformance, NamespacesAreMadeListedAndDropped) {
  EXPECT_FALSE(*catalog_->namespace_exists("a"));
  ASSERT_TRUE(catalog_->create_namespace("b"));
  ASSERT_TRUE(catalog_->create_namespace("a", {{"owner", "me"}}));
  EXPECT_EQ(catalog_->create_namespace("a").error().code, 4012);
  EXPECT_TRUE(*catalog_->namespace_exists("a"));
  EXPECT_EQ(*catalog_->list_namespaces(), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(catalog_->drop_namespace("b"));
  EXPECT_EQ(catalog_->drop_namespace("b").error().code, 4013);
  EXPECT_EQ(*place_->open()->list_namespaces(), (std::vector<std::string>{"a"}));
}

TEST_P(CatalogConformance, NamespacePropertiesAreSetAndRemoved) {
  ASSERT_TRUE(catalog_->create_namespace("a", {{"owner", "me"}, {"x", "1"}}));
  EXPECT_EQ(catalog_->namespace_properties("a")->at("owner"), "me");
  ASSERT_TRUE(catalog_->update_namespace("a", {{"owner", "you"}, {"y", "2"}}, {"x", "nothing"}));
  const Properties after = *catalog_->namespace_properties("a");
  EXPECT_EQ(after.at("owner"), "you");
  EXPECT_EQ(after.at("y"), "2");
  EXPECT_FALSE(after.contains("x"));
  EXPECT_EQ(catalog_->namespace_properties("b").error().code, 4013);
  EXPECT_EQ(catalog_->update_namespace("b", {{"x", "1"}}, {}).error().code, 4013);
}

TEST_P(CatalogConformance, ANamespaceWithTablesIsNotDropped) {
  create({"a", "t"});
  EXPECT_EQ(catalog_->drop_namespace("a").error().code, 4014);
  ASSERT_TRUE(catalog_->drop_table({"a", "t"}));
  EXPECT_TRUE(catalog_->drop_namespace("a"));
}

TEST_P(CatalogConformance, ATableIsCreatedOnceAndLoadedByOthers) {
  const Table made = create({"a", "t"});
  EXPECT_FALSE(made.current_snapshot_id().has_value());
  EXPECT_EQ(catalog_->create_table({"a", "t"}, bars_spec()).error().code, 4012);
  const auto loaded = place_->open()->load("a.t");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().to_string();
  EXPECT_EQ(loaded->metadata().table_uuid, made.metadata().table_uuid);
  EXPECT_EQ(loaded->metadata_location(), made.metadata_location());
  EXPECT_TRUE(loaded->schema().same_fields(made.schema()));
  EXPECT_EQ(loaded->metadata().partition_specs.size(), 2U);
  EXPECT_TRUE(*catalog_->exists({"a", "t"}));
  EXPECT_FALSE(*catalog_->exists({"a", "u"}));
  EXPECT_EQ(catalog_->load("a.u").error().code, 4011);
}

TEST_P(CatalogConformance, TablesAreListedByNamespace) {
  create({"b", "t"});
  create({"a", "u"});
  create({"a", "t"});
  EXPECT_EQ(*catalog_->list_tables(), (std::vector<TableName>{{"a", "t"}, {"a", "u"}, {"b", "t"}}));
  EXPECT_EQ(*catalog_->list_tables("a"), (std::vector<TableName>{{"a", "t"}, {"a", "u"}}));
}

TEST_P(CatalogConformance, ARenamedTableKeepsItsRows) {
  const Table table = create({"a", "t"});
  create({"a", "taken"});
  Commit commit(*catalog_);
  commit.append(table, write(table, {row(1)}));
  ASSERT_TRUE(commit.run());
  ASSERT_TRUE(catalog_->create_namespace("b"));
  EXPECT_EQ(catalog_->rename_table({"a", "t"}, {"a", "taken"}).error().code, 4012);
  ASSERT_TRUE(catalog_->rename_table({"a", "t"}, {"b", "u"}));
  EXPECT_EQ(catalog_->load("a.t").error().code, 4011);
  EXPECT_EQ(rows_of(*catalog_->load("b.u")), (std::vector<BarRow>{row(1)}));
  EXPECT_EQ(catalog_->rename_table({"a", "t"}, {"a", "v"}).error().code, 4011);
}

TEST_P(CatalogConformance, ADroppedTableCanBeRegisteredAgain) {
  const Table table = create({"a", "t"});
  Commit commit(*catalog_);
  commit.append(table, write(table, {row(1)}));
  ASSERT_TRUE(commit.run());
  const std::string location = catalog_->load("a.t")->metadata_location();
  EXPECT_EQ(catalog_->register_table({"a", "t"}, location).error().code, 4012);
  ASSERT_TRUE(catalog_->drop_table({"a", "t"}));
  EXPECT_EQ(catalog_->drop_table({"a", "t"}).error().code, 4011);
  const auto back = catalog_->register_table({"a", "t"}, location);
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  EXPECT_EQ(rows_of(*catalog_->load("a.t")), (std::vector<BarRow>{row(1)}));
}

TEST_P(CatalogConformance, ACommitIsSeenByOthersAndLogsWhatWasBefore) {
  const Table table = create({"a", "t"});
  const auto next = catalog_->commit({with_property(table, "k", "v")}, {});
  ASSERT_TRUE(next.has_value()) << next.error().to_string();
  const Table seen = *place_->open()->load("a.t");
  EXPECT_EQ(seen.metadata_location(), next->at(0).metadata_location());
  EXPECT_EQ(seen.metadata().properties.at("k"), "v");
  ASSERT_EQ(seen.metadata().metadata_log.size(), 1U);
  EXPECT_EQ(seen.metadata().metadata_log[0].metadata_file, table.metadata_location());
}

TEST_P(CatalogConformance, AStaleBaseIsRefusedAndLeavesNothing) {
  // A snapshot that follows one that is no longer the current one: no catalog may take it.
  const Table stale = create({"a", "t"});
  const auto append_to = [&](const Table& base, int i) {
    Commit commit(*catalog_, {.patience = std::chrono::milliseconds(0)});
    commit.append(base, write(base, {row(i)}));
    return commit.run();
  };
  ASSERT_TRUE(append_to(stale, 1));
  const Table current = *catalog_->load("a.t");
  TableUpdate update{stale, current.metadata()};
  update.next.snapshots.back().snapshot_id += 1;
  update.next.current_snapshot_id = update.next.snapshots.back().snapshot_id;
  update.next.refs["main"].snapshot_id = *update.next.current_snapshot_id;
  update.next.snapshot_log.back().snapshot_id = *update.next.current_snapshot_id;
  bool ops_ran = false;
  const auto refused =
      catalog_->commit({update}, [&](store::Transaction&, const std::vector<Table>&) -> Status {
        ops_ran = true;
        return {};
      });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4010) << refused.error().to_string();
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_FALSE(ops_ran);
  EXPECT_EQ(place_->open()->load("a.t")->metadata_location(), current.metadata_location());
}

TEST_P(CatalogConformance, OperationsAreWrittenWithTheCommit) {
  const Table table = create({"a", "t"});
  const auto done = catalog_->commit({with_property(table, "k", "v")}, [&](store::Transaction& transaction,
                                                                           const std::vector<Table>& tables) {
    EXPECT_EQ(tables.at(0).metadata().properties.at("k"), "v");
    return store::set_meta(transaction, "seen", tables.at(0).metadata_location());
  });
  ASSERT_TRUE(done.has_value()) << done.error().to_string();
  EXPECT_EQ(*store::get_meta(*catalog_->database(), "seen"), catalog_->load("a.t")->metadata_location());
  ASSERT_TRUE(catalog_->commit({}, [](store::Transaction& transaction, const std::vector<Table>&) {
    return store::set_meta(transaction, "alone", "yes");
  }));
  EXPECT_EQ(*store::get_meta(*catalog_->database(), "alone"), "yes");
}

TEST_P(CatalogConformance, AppendsNeverConflictWithAppends) {
  create({"a", "t"});
  constexpr int kThreads = 4;
  constexpr int kCommits = 5;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto catalog = place_->open();
      for (int i = 0; i < kCommits; ++i) {
        const Table table = *catalog->load("a.t");
        Commit commit(*catalog);
        commit.append(table, write(table, {row(t * kCommits + i)}));
        const auto result = commit.run();
        EXPECT_TRUE(result.has_value()) << result.error().to_string();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Table table = *catalog_->load("a.t");
  std::set<std::int64_t> distinct;
  for (const BarRow& each : rows_of(table)) distinct.insert(each.ts);
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kThreads * kCommits));
  EXPECT_EQ(table.history().size(), static_cast<std::size_t>(kThreads * kCommits));
  EXPECT_TRUE(fsck_table(table, {})->is_clean());
}

TEST_P(CatalogConformance, OfTwoOverlappingOverwritesOneLoses) {
  const Table empty = create({"a", "t"});
  Commit first(*catalog_);
  first.append(empty, write(empty, {row(1), row(8)}));
  ASSERT_TRUE(first.run());
  const Table base = *catalog_->load("a.t");
  const auto overwrite = [&](const Expression& rows, int i) {
    Commit commit(*catalog_);
    commit.append(base, write(base, {row(i)}), {.planned_from = rows});
    return commit.run();
  };
  EXPECT_TRUE(overwrite(equal_to("ticker", literal("T3")), 3));
  const auto lost = overwrite(equal_to("ticker", literal("T3")), 10);
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, 4010);
  EXPECT_EQ(exit_code(lost.error().kind), 5);
  EXPECT_TRUE(overwrite(equal_to("ticker", literal("T5")), 5));  // Its plan still holds.
  EXPECT_EQ(rows_of(*catalog_->load("a.t")).size(), 4U);
}

}  // namespace goldtape::table::test
