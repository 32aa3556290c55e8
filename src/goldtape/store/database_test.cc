#include "goldtape/store/database.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace goldtape::store {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "goldtape-store-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~DatabaseTest() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return (folder_ / "lake.db").string(); }
  std::shared_ptr<Database> open(const DatabaseOptions& options = {}) const {
    auto database = Database::open(file(), options);
    EXPECT_TRUE(database.has_value()) << database.error().to_string();
    return *database;
  }

  std::filesystem::path folder_;
};

TEST_F(DatabaseTest, KeepsEachKindOfValue) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a, b, c, d, e)"));
  const std::string text("with \0 inside", 13);
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)",
                                {std::int64_t{-7}, 0.1, text, Blob{std::string("\xff\0", 2)}, {}}));
  auto rows = database->query("SELECT a, b, c, d, e, typeof(d) FROM t");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(rows->rows[0][0], Value{std::int64_t{-7}});
  EXPECT_EQ(rows->rows[0][1], Value{0.1});
  EXPECT_EQ(rows->rows[0][2], Value{text});
  EXPECT_EQ(rows->rows[0][3], (Value{Blob{std::string("\xff\0", 2)}}));
  EXPECT_TRUE(is_null(rows->rows[0][4]));
  EXPECT_EQ(rows->find("e"), 4);
  EXPECT_EQ(rows->find("z"), -1);
}

TEST_F(DatabaseTest, ChangesOutlastTheConnectionOnlyWhenCommitted) {
  {
    auto database = open();
    ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
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

TEST_F(DatabaseTest, RunsInWalModeFullySynced) {
  auto database = open();
  EXPECT_EQ(text_of(database->query("PRAGMA journal_mode")->rows[0][0]), "wal");
  EXPECT_EQ(int_of(database->query("PRAGMA synchronous")->rows[0][0]), 2);
}

TEST_F(DatabaseTest, RefusesUseInsideItsOwnTransaction) {
  auto database = open();
  auto transaction = database->begin();
  ASSERT_TRUE(transaction.has_value());
  EXPECT_EQ(database->query("SELECT 1").error().code, 4007);
}

TEST_F(DatabaseTest, OtherThreadsWaitForATransaction) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a)"));
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

TEST_F(DatabaseTest, AnotherConnectionsWriteIsAConflictAfterTheTimeout) {
  auto first = open();
  auto second = open({.busy_timeout_ms = 20});
  auto held = first->begin();
  ASSERT_TRUE(held.has_value());
  auto refused = second->begin();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4002);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
}

TEST_F(DatabaseTest, ConstraintAndSyntaxHaveTheirOwnCodes) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a PRIMARY KEY)"));
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1)").error().code, 4005);
  auto syntax = database->query("SELEC 1");
  EXPECT_EQ(syntax.error().code, 4007);
  EXPECT_NE(syntax.error().message.find("SELEC 1"), std::string::npos);
  EXPECT_EQ(database->query("SELECT ?").error().code, 4007);
}

TEST_F(DatabaseTest, NotADatabaseIsDamaged) {
  std::ofstream(file()) << std::string(4096, 'x');
  auto opened = Database::open(file());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, 4003);
  EXPECT_EQ(opened.error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(opened.error().where, file());
}

TEST_F(DatabaseTest, MissingFileIsNotFoundWhenItMustExist) {
  EXPECT_EQ(Database::open(file(), {.must_exist = true}).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(Database::open(file(), {.read_only = true}).error().kind, ErrorKind::kNotFound);
}

TEST_F(DatabaseTest, ReadOnlyReadsAndRefusesToWrite) {
  {
    ASSERT_TRUE(open()->execute("CREATE TABLE t (a)"));
  }
  auto database = open({.read_only = true});
  EXPECT_TRUE(database->query("SELECT * FROM t"));
  EXPECT_EQ(database->begin().error().code, 4001);
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1)").error().code, 4001);
}

}  // namespace
}  // namespace goldtape::store
