#include "goldtape/store/database.h"

#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "goldtape/store/store_test_backend.h"

namespace goldtape::store {
namespace {

using DatabaseTest = test::BackendTest;

class SqliteTest : public ::testing::Test {
 protected:
  [[nodiscard]] const std::string& file() const { return place_.where(); }
  [[nodiscard]] std::shared_ptr<Database> open() const { return *Database::open(file()); }
  test::DatabasePlace place_{"sqlite"};
};

TEST_P(DatabaseTest, KeepsEachKindOfValue) {
  auto database = open();
  const char* bytes = place_.is_postgres() ? "BYTEA" : "BLOB";
  ASSERT_TRUE(database->execute(
      fmt::format("CREATE TABLE t (a BIGINT, b DOUBLE PRECISION, c TEXT, d {}, e TEXT, f BIGINT)", bytes)));
  const std::string text = "a 'quoted' ? \n and \xc3\xa9";
  const Blob blob{std::string("\xff\0'", 3)};
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)",
                                {std::int64_t{-7}, 0.1, text, blob, {}, INT64_MAX}));
  auto rows = database->query("SELECT a, b, c, d, e, f, '?' FROM t WHERE c = ?", {text});
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(rows->rows[0][0], Value{std::int64_t{-7}});
  EXPECT_EQ(rows->rows[0][1], Value{0.1});
  EXPECT_EQ(rows->rows[0][2], Value{text});
  EXPECT_EQ(rows->rows[0][3], Value{blob});
  EXPECT_TRUE(is_null(rows->rows[0][4]));
  EXPECT_EQ(rows->rows[0][5], Value{INT64_MAX});
  EXPECT_EQ(rows->rows[0][6], Value{"?"});
  EXPECT_EQ(rows->find("e"), 4);
  EXPECT_EQ(rows->find("z"), -1);
}

TEST_P(DatabaseTest, ChangesOutlastTheConnectionOnlyWhenCommitted) {
  {
    auto database = open();
    ASSERT_TRUE(database->execute("CREATE TABLE t (a BIGINT)"));
    {
      auto dropped = database->begin();
      ASSERT_TRUE(dropped->execute("INSERT INTO t VALUES (1)"));
    }
    auto kept = database->begin();
    EXPECT_EQ(kept->execute("INSERT INTO t VALUES (2), (3)"), 2);
    ASSERT_TRUE(kept->commit());
    EXPECT_EQ(kept->execute("INSERT INTO t VALUES (4)").error().code, 4007);
  }
  auto rows = open()->query("SELECT a FROM t ORDER BY a");
  ASSERT_EQ(rows->rows.size(), 2U);
  EXPECT_EQ(int_of(rows->rows[0][0]), 2);
}

TEST_F(SqliteTest, RunsInWalModeFullySynced) {
  auto database = open();
  EXPECT_EQ(text_of(database->query("PRAGMA journal_mode")->rows[0][0]), "wal");
  EXPECT_EQ(int_of(database->query("PRAGMA synchronous")->rows[0][0]), 2);
}

TEST_P(DatabaseTest, RefusesUseInsideItsOwnTransaction) {
  auto database = open();
  auto transaction = database->begin();
  ASSERT_TRUE(transaction.has_value());
  EXPECT_EQ(database->query("SELECT 1").error().code, 4007);
}

TEST_P(DatabaseTest, OtherThreadsWaitForATransaction) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a BIGINT)"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        auto transaction = database->begin();
        auto count = transaction->query("SELECT count(*) FROM t");
        EXPECT_TRUE(transaction->execute("INSERT INTO t VALUES (?)", {int_of(count->rows[0][0])}));
        EXPECT_TRUE(transaction->commit());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(int_of(database->query("SELECT count(DISTINCT a) FROM t")->rows[0][0]), 80);
}

TEST_P(DatabaseTest, AnotherConnectionsWriteIsAConflictAfterTheTimeout) {
  auto first = open();
  ASSERT_TRUE(first->execute("INSERT INTO meta VALUES ('k', '1')"));
  auto second = open({.busy_timeout_ms = 20});
  auto held = first->begin();
  ASSERT_TRUE(held->execute("UPDATE meta SET value = '2' WHERE key = 'k'"));
  // SQLite has one writer at a time, PostgreSQL one for each row.
  const auto write = [&]() -> Status {
    GT_ASSIGN(auto transaction, second->begin());
    GT_RETURN_IF_ERROR(transaction.execute("UPDATE meta SET value = '3' WHERE key = 'k'"));
    return transaction.commit();
  };
  const Status refused = write();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4002);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  ASSERT_TRUE(held->commit());
  EXPECT_TRUE(write());
}

TEST_P(DatabaseTest, ConstraintAndSyntaxHaveTheirOwnCodes) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a BIGINT PRIMARY KEY)"));
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1)").error().code, 4005);
  auto syntax = database->query("SELEC 1");
  EXPECT_EQ(syntax.error().code, 4007);
  EXPECT_NE(syntax.error().message.find("SELEC 1"), std::string::npos);
  EXPECT_EQ(database->query("SELECT a FROM t WHERE a = ?").error().code, 4007);
}

TEST_F(SqliteTest, NotADatabaseIsDamaged) {
  std::ofstream(file()) << std::string(4096, 'x');
  auto opened = Database::open(file());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, 4003);
  EXPECT_EQ(opened.error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(opened.error().where, file());
}

TEST_F(SqliteTest, MissingFileIsNotFoundWhenItMustExist) {
  EXPECT_EQ(Database::open(file(), {.must_exist = true}).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(Database::open(file(), {.read_only = true}).error().kind, ErrorKind::kNotFound);
}

TEST_P(DatabaseTest, ReadOnlyReadsAndRefusesToWrite) {
  {
    ASSERT_TRUE(open()->execute("CREATE TABLE t (a BIGINT)"));
  }
  auto database = open({.read_only = true});
  EXPECT_TRUE(database->query("SELECT * FROM t"));
  EXPECT_EQ(database->begin().error().code, 4001);
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1)").error().code, 4001);
}

TEST_P(DatabaseTest, AFailedStatementDoesNotEndTheConnection) {
  auto database = open();
  {
    auto transaction = database->begin();
    EXPECT_FALSE(transaction->execute("SELEC 1"));
  }
  EXPECT_TRUE(database->query("SELECT 1"));
  EXPECT_TRUE(database->begin()->commit());
}

TEST_P(DatabaseTest, KnowsWhichTablesItHas) {
  auto database = open();
  EXPECT_TRUE(*database->has_table("meta"));
  EXPECT_FALSE(*database->has_table("nowhere"));
  EXPECT_TRUE(database->verify()->empty());
}

INSTANTIATE_BACKENDS(DatabaseTest);

}  // namespace
}  // namespace goldtape::store
