// The conformance suite on SQLite and PostgreSQL, and what only a catalog in a database does.
#include "goldtape/table/sql_catalog.h"

#include "goldtape/store/store_test_backend.h"
#include "goldtape/table/catalog_conformance_test.h"

namespace goldtape::table::test {
namespace {

class SqlPlace final : public CatalogPlace {
 public:
  explicit SqlPlace(const std::string& backend) : place_(backend) {}
  std::unique_ptr<Catalog> open() override {
    auto database = store::Database::open(place_.where());
    EXPECT_TRUE(database.has_value()) << database.error().to_string();
    return std::make_unique<SqlCatalog>(
        CatalogParts{*database, io::local_filesystem(), io::system_clock(), place_.folder().string()});
  }

 private:
  store::test::DatabasePlace place_;
};

std::vector<CatalogKind> sql_kinds() {
  std::vector<CatalogKind> kinds;
  for (const std::string& backend : store::test::backends())
    kinds.push_back({backend, [backend] { return std::make_unique<SqlPlace>(backend); }});
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(Sql, CatalogConformance, ::testing::ValuesIn(sql_kinds()), catalog_kind_name);

class SqlCatalogTest : public CatalogConformance {};

TEST_P(SqlCatalogTest, SeveralTablesChangeTogetherOrNotAtAll) {
  const Table a = create({"a", "t"});
  const Table b = create({"a", "u"});
  ASSERT_TRUE(catalog_->commit({with_property(b, "k", "1")}, {}));
  const auto refused = catalog_->commit({with_property(a, "k", "2"), with_property(b, "k", "2")}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4010);
  EXPECT_EQ(catalog_->load("a.t")->metadata_location(), a.metadata_location());
}

TEST_P(SqlCatalogTest, WritersOfTablesInAnyOrderDoNotWaitForEachOther) {
  create({"a", "t"});
  create({"a", "u"});
  std::atomic<int> done = 0;
  const auto change = [&](const char* first, const char* second) {
    const auto catalog = place_->open();
    for (int i = 0; i < 20; ++i) {
      for (;;) {
        const auto changed = catalog->commit({with_property(*catalog->load(first), "k", std::to_string(i)),
                                              with_property(*catalog->load(second), "k", std::to_string(i))},
                                             {});
        if (changed) break;
        ASSERT_EQ(changed.error().code, 4010) << changed.error().to_string();
      }
      ++done;
    }
  };
  std::thread other([&] { change("a.u", "a.t"); });
  change("a.t", "a.u");
  other.join();
  EXPECT_EQ(done, 40);
}

TEST_P(SqlCatalogTest, ARefusedCommitLeavesNoMetadataFile) {
  const Table table = create({"a", "t"});
  const auto folder = std::filesystem::path(catalog_->warehouse()) / "a/t/metadata";
  const auto count = [&] {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator{});
  };
  ASSERT_TRUE(catalog_->commit({with_property(table, "k", "1")}, {}));
  const auto before = count();
  EXPECT_FALSE(catalog_->commit({with_property(table, "k", "2")}, {}));
  EXPECT_FALSE(catalog_->commit({with_property(*catalog_->load("a.t"), "k", "2")},
                                [](store::Transaction&, const std::vector<Table>&) -> Status {
                                  return fail(ErrorKind::kGateFailed, 3001, "the gate said no");
                                }));
  EXPECT_EQ(count(), before);
}

INSTANTIATE_TEST_SUITE_P(Sql, SqlCatalogTest, ::testing::ValuesIn(sql_kinds()), catalog_kind_name);

}  // namespace
}  // namespace goldtape::table::test
