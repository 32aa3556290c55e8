#include <filesystem>
#include <fstream>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "goldtape/query/engine_internal.h"
#include "goldtape/query/sql_text.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::query::internal {
namespace {

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(root_ / "lake");
    std::ofstream(root_ / "outside.csv") << "a\n1\n";
    std::ofstream(root_ / "lake" / "inside.csv") << "a\n2\n";
    auto opened = Engine::open({.allowed_directories = {(root_ / "lake").string()}, .threads = 2});
    ASSERT_TRUE(opened) << opened.error().to_string();
    engine_ = std::move(*opened);
    ASSERT_TRUE(engine_->run("CREATE TABLE t AS SELECT range AS i FROM range(10)"));
    ASSERT_TRUE(engine_->lock());
  }

  Result<std::shared_ptr<arrow::Table>> rows(const std::string& sql) {
    GT_ASSIGN(const auto reader, engine_->stream(sql));
    auto table = reader->ToTable();
    if (!table.ok()) return fail(ErrorKind::kUsage, 6001, table.status().message());
    return *table;
  }
  int code_of(const std::string& sql) {
    const auto answer = rows(sql);
    return answer ? 0 : answer.error().code;
  }

  goldtape::testing::TemporaryDirectory folder_;
  std::filesystem::path root_{folder_.path()};
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, StreamsRowsAsArrow) {
  const auto table = rows("SELECT sum(i)::BIGINT AS s, count(*) AS n FROM t");
  ASSERT_TRUE(table) << table.error().to_string();
  ASSERT_EQ((*table)->num_rows(), 1);
  EXPECT_EQ((*(*table)->column(0)->GetScalar(0))->ToString(), "45");
  EXPECT_EQ((*table)->schema()->field(1)->name(), "n");
}

TEST_F(EngineTest, ReadsFilesInsideTheLakeOnly) {
  EXPECT_EQ(code_of("SELECT * FROM read_csv('" + (root_ / "lake" / "inside.csv").string() + "')"), 0);
  EXPECT_EQ(code_of("SELECT * FROM read_csv('" + (root_ / "outside.csv").string() + "')"), 6001);
  EXPECT_EQ(code_of("SELECT * FROM read_csv('" + (root_ / "lake" / ".." / "outside.csv").string() + "')"),
            6001);
  EXPECT_EQ(code_of("SELECT * FROM read_text('/etc/passwd')"), 6001);
}

TEST_F(EngineTest, RefusesEverythingThatWrites) {
  const auto inside = (root_ / "lake" / "new.csv").string();
  for (const auto& sql :
       {"COPY t TO '" + inside + "'", "EXPLAIN ANALYZE COPY t TO '" + inside + "'",
        "/* x */ explain (analyze) copy t to '" + inside + "'", std::string("INSERT INTO t VALUES (1)"),
        std::string("DROP TABLE t"), std::string("CREATE TABLE u AS SELECT 1"),
        std::string("SET threads = 1"), std::string("ATTACH ':memory:' AS other"), std::string("LOAD httpfs"),
        std::string("INSTALL httpfs"), std::string("CALL force_checkpoint()")}) {
    const int code = code_of(sql);
    EXPECT_TRUE(code == 6002 || code == 6001) << sql << " gave " << code;
  }
  EXPECT_FALSE(std::filesystem::exists(inside));
  EXPECT_EQ(code_of("COPY t TO '" + inside + "'"), 6002);
}

TEST_F(EngineTest, AllowsTheWordsThatRead) {
  for (const auto* sql :
       {"FROM t", "WITH a AS (SELECT 1) SELECT * FROM a", "DESCRIBE t", "SHOW TABLES", "SUMMARIZE t",
        "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT count(*) FROM t", "SELECT 1;", "-- comment\nSELECT 1"}) {
    EXPECT_EQ(code_of(sql), 0) << sql;
  }
}

TEST_F(EngineTest, WantsExactlyOneStatement) {
  EXPECT_EQ(code_of("SELECT 1; SELECT 2"), 6003);
  EXPECT_EQ(code_of(""), 6003);
  EXPECT_EQ(code_of("SELECT 1; DROP TABLE t"), 6003);
}

TEST_F(EngineTest, SaysWhatIsWrongInSql) {
  const auto answer = rows("SELECT nothing FROM t");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 6001);
  EXPECT_NE(answer.error().message.find("nothing"), std::string::npos);
}

TEST_F(EngineTest, ErrorWhileStreamingIsReported) {
  EXPECT_EQ(code_of("SELECT CASE WHEN i = 9 THEN error('late') ELSE i END FROM t"), 6001);
}

TEST(EngineInsert, AddsArrowRowsToATable) {
  auto engine = Engine::open({});
  ASSERT_TRUE(engine);
  ASSERT_TRUE((*engine)->run("CREATE SCHEMA ops; CREATE TABLE ops.a (i BIGINT, s VARCHAR)"));
  arrow::Int64Builder ints;
  arrow::StringBuilder texts;
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(ints.Append(i).ok());
    ASSERT_TRUE((i % 2 == 0 ? texts.AppendNull() : texts.Append("x")).ok());
  }
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("i", arrow::int64()), arrow::field("s", arrow::utf8())}),
                         {*ints.Finish(), *texts.Finish()});
  const auto status = (*engine)->insert("ops.a", *table);
  ASSERT_TRUE(status) << status.error().to_string();
  auto reader = (*engine)->stream("SELECT count(*) AS n, count(s) AS s, sum(i)::BIGINT AS t FROM ops.a");
  ASSERT_TRUE(reader);
  const auto answer = *(*reader)->ToTable();
  EXPECT_EQ((*answer->column(0)->GetScalar(0))->ToString(), "5000");
  EXPECT_EQ((*answer->column(1)->GetScalar(0))->ToString(), "2500");
  EXPECT_EQ((*answer->column(2)->GetScalar(0))->ToString(), "12497500");
}

TEST(Quote, DoublesItsMark) {
  EXPECT_EQ(quote_literal("a'b"), "'a''b'");
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
}

}  // namespace
}  // namespace goldtape::query::internal
