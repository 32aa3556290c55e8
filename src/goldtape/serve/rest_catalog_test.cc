// The REST catalog's client and server against each other, the faults of a network between them.
#include "goldtape/table/rest_catalog.h"

#include <atomic>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldtape/serve/http_server.h"
#include "goldtape/serve/iceberg_rest.h"
#include "goldtape/table/catalog_conformance_test.h"
#include "goldtape/table/rest_messages.h"
#include "goldtape/table/sql_catalog.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::table {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<store::Database> database(const std::string& path) {
  auto opened = store::Database::open(path);
  EXPECT_TRUE(opened.has_value()) << opened.error().to_string();
  return *opened;
}

/// A lake's server, with something between it and its clients if need be.
class ServedLake {
 public:
  using Between = std::function<serve::Response(const serve::Request&, const serve::Handler&)>;

  explicit ServedLake(Between between = {}, std::string token = {})
      : catalog_({database(folder_ / "lake.db"), io::local_filesystem(), clock_, folder_.path()}) {
    serve::Handler handler = serve::iceberg_rest_handler(catalog_, {.token = std::move(token)});
    if (between) {
      handler = [between, inner = handler](const serve::Request& request) { return between(request, inner); };
    }
    auto server = serve::HttpServer::start({}, std::move(handler));
    EXPECT_TRUE(server.has_value()) << server.error().to_string();
    server_ = *std::move(server);
  }

  [[nodiscard]] Result<std::unique_ptr<RestCatalog>> open(RestCatalogOptions options = {}) const {
    options.uri = server_->url();
    return RestCatalog::open({database(folder_ / "ops.db"), io::local_filesystem(), clock_, folder_.path()},
                             options);
  }
  [[nodiscard]] std::unique_ptr<RestCatalog> must_open() const {
    auto catalog = open();
    EXPECT_TRUE(catalog.has_value()) << catalog.error().to_string();
    return *std::move(catalog);
  }
  /// The same tables without the server, as a command of the lake's own has them.
  [[nodiscard]] std::unique_ptr<Catalog> open_beside() const {
    return std::make_unique<SqlCatalog>(
        CatalogParts{database(folder_ / "lake.db"), io::local_filesystem(), clock_, folder_.path()});
  }
  serve::HttpServer& server() { return *server_; }

 private:
  testing::TemporaryDirectory folder_;
  std::shared_ptr<io::Clock> clock_ = io::system_clock();
  SqlCatalog catalog_;
  std::unique_ptr<serve::HttpServer> server_;
};

class RestPlace final : public test::CatalogPlace {
 public:
  std::unique_ptr<Catalog> open() override { return lake_.must_open(); }

 private:
  ServedLake lake_;
};

/// Another program's server, named by GOLDTAPE_TEST_REST_URI; emptied for each test.
class ForeignPlace final : public test::CatalogPlace {
 public:
  explicit ForeignPlace(std::string uri) : uri_(std::move(uri)) {
    const auto catalog = open();
    const auto tables = *catalog->list_tables();
    for (const TableName& name : tables) EXPECT_TRUE(catalog->drop_table(name));
    const auto spaces = *catalog->list_namespaces();
    for (const std::string& space : spaces) (void)catalog->drop_namespace(space);
  }
  std::unique_ptr<Catalog> open() override {
    auto catalog = RestCatalog::open(
        {database(folder_ / "ops.db"), io::local_filesystem(), io::system_clock(), folder_.path()},
        {.uri = uri_});
    EXPECT_TRUE(catalog.has_value()) << catalog.error().to_string();
    return *std::move(catalog);
  }

 private:
  testing::TemporaryDirectory folder_;
  std::string uri_;
};

std::vector<test::CatalogKind> rest_kinds() {
  std::vector<test::CatalogKind> kinds{{"Ours", [] { return std::make_unique<RestPlace>(); }}};
  if (const char* uri = std::getenv("GOLDTAPE_TEST_REST_URI")) {
    kinds.push_back({"Foreign", [uri] { return std::make_unique<ForeignPlace>(uri); }});
  }
  return kinds;
}

}  // namespace

namespace test {

INSTANTIATE_TEST_SUITE_P(Rest, CatalogConformance, ::testing::ValuesIn(rest_kinds()), catalog_kind_name);

}  // namespace test

namespace {

bool is_commit(const serve::Request& request) {
  return request.method == "POST" &&
         (request.path.find("/tables/") != std::string::npos || request.path.ends_with("/commit"));
}

serve::Response failing(int status) {
  return serve::Response::text(status, "{\"error\":{\"message\":\"x\",\"type\":\"y\",\"code\":0}}");
}

serve::Response cut() {
  serve::Response response;
  response.stream_size = 1000;
  response.stream = [pieces = 0]() mutable -> Result<std::optional<std::string>> {
    if (pieces++ > 0) return fail(ErrorKind::kIo, 7001, "cut");
    return "{\"metadata-loc";
  };
  return response;
}

/// What becomes of a commit of a property and of one of a snapshot when `between` is in the way.
struct Fate {
  Result<std::vector<Table>> commit;
  bool took_place;
};
Fate commit_through(ServedLake& lake, std::atomic<bool>& faulty, bool with_snapshot) {
  auto catalog = lake.must_open();
  const Table table = *catalog->create_table({"a", "t"}, test::bars_spec());
  TableUpdate update{table, table.metadata()};
  update.next.properties["k"] = "v";
  if (with_snapshot) {
    const Snapshot snapshot{.snapshot_id = 77,
                            .parent_snapshot_id = {},
                            .sequence_number = 1,
                            .timestamp_ms = 1,
                            .manifest_list = table.metadata().location + "/metadata/x.avro",
                            .operation = "append",
                            .summary = {},
                            .schema_id = 0};
    update.next.snapshots.push_back(snapshot);
    update.next.current_snapshot_id = 77;
    update.next.refs["main"].snapshot_id = 77;
  }
  faulty = true;
  auto result = catalog->commit({update}, {});
  faulty = false;
  return {std::move(result), catalog->load("a.t")->metadata().properties.contains("k")};
}

TEST(RestCatalog, FindsACommitWhoseAnswerWasLost) {
  for (const int fault : {500, 503, 504, 0}) {
    for (const bool with_snapshot : {false, true}) {
      std::atomic<bool> faulty = false;
      ServedLake lake([&](const serve::Request& request, const serve::Handler& inner) {
        serve::Response response = inner(request);
        if (!faulty || !is_commit(request)) return response;
        return fault == 0 ? cut() : failing(fault);
      });
      const Fate fate = commit_through(lake, faulty, with_snapshot);
      EXPECT_TRUE(fate.commit.has_value()) << fault << ": " << fate.commit.error().to_string();
      EXPECT_TRUE(fate.took_place);
    }
  }
}

TEST(RestCatalog, SaysThatItDoesNotKnowWhereItDoesNot) {
  std::atomic<bool> faulty = false;
  ServedLake lake([&](const serve::Request& request, const serve::Handler& inner) {
    return faulty && is_commit(request) ? failing(502) : inner(request);
  });
  const Fate fate = commit_through(lake, faulty, true);
  ASSERT_FALSE(fate.commit.has_value());
  EXPECT_EQ(fate.commit.error().code, 4016) << fate.commit.error().to_string();
  EXPECT_FALSE(fate.took_place);
}

TEST(RestCatalog, KnowsThatACommitIsLostWhenTheTableHasMovedOn) {
  std::atomic<bool> faulty = false;
  ServedLake lake([&](const serve::Request& request, const serve::Handler& inner) {
    if (!faulty || !is_commit(request)) return inner(request);
    faulty = false;  // Another writer comes in between, and ours never arrives.
    serve::Request other = request;
    auto sent = *rest::parse_table_change(request.body);
    for (MetadataUpdate& update : sent.updates) {
      if (auto* added = std::get_if<AddSnapshot>(&update)) added->snapshot.snapshot_id = 5;
      if (auto* moved = std::get_if<SetSnapshotRef>(&update)) moved->ref.snapshot_id = 5;
    }
    other.body = rest::to_json(sent);
    EXPECT_EQ(inner(other).status, 200);
    return failing(500);
  });
  const Fate fate = commit_through(lake, faulty, true);
  ASSERT_FALSE(fate.commit.has_value());
  EXPECT_EQ(fate.commit.error().code, 4010) << fate.commit.error().to_string();
}

TEST(RestCatalog, OperationsThatFailAfterACommitLeaveItUnknown) {
  ServedLake lake;
  auto catalog = lake.must_open();
  const Table table = *catalog->create_table({"a", "t"}, test::bars_spec());
  TableUpdate update{table, table.metadata()};
  update.next.properties["k"] = "v";
  const auto result = catalog->commit({update}, [](store::Transaction&, const std::vector<Table>&) -> Status {
    return fail(ErrorKind::kIo, 4006, "full");
  });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, 4016);
  EXPECT_TRUE(catalog->load("a.t")->metadata().properties.contains("k"));
}

TEST(RestCatalog, AsksForATableWhereACommitMakesNone) {
  ServedLake lake([&](const serve::Request& request, const serve::Handler& inner) {
    if (request.body.find("assert-create") != std::string::npos) return failing(404);
    return inner(request);
  });
  auto catalog = lake.must_open();
  const auto made = catalog->create_table({"a", "t"}, test::bars_spec());
  ASSERT_TRUE(made.has_value()) << made.error().to_string();
  const auto wanted = *new_metadata(test::bars_spec(), made->metadata().location, {});
  EXPECT_TRUE(made->schema().same_fields(wanted.schema()));
  ASSERT_EQ(made->metadata().partition_specs.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(made->metadata().partition_specs[i].same_fields(wanted.partition_specs[i])) << i;
  }
  EXPECT_EQ(made->metadata().default_sort_order().fields, wanted.default_sort_order().fields);
  EXPECT_EQ(catalog->create_table({"a", "t"}, test::bars_spec()).error().code, 4012);

  TableMetadata shifted = wanted;  // Ids that a server counts in its own way.
  shifted.schemas[0].fields[5].id = 60;
  shifted.last_column_id = 60;
  EXPECT_EQ(catalog->create_table({"a", "u"}, shifted).error().code, 4313);
  EXPECT_FALSE(*catalog->exists({"a", "u"}));
}

TEST(RestCatalog, NoticesOthersWhereAllStatesHaveOneLocation) {
  ServedLake lake([](const serve::Request& request, const serve::Handler& inner) {
    serve::Response response = inner(request);
    constexpr std::string_view kKey = "{\"metadata-location\":\"";
    if (response.body.starts_with(kKey)) {
      response.body.replace(kKey.size(), response.body.find('"', kKey.size()) - kKey.size(), "always/this");
    }
    return response;
  });
  auto catalog = lake.must_open();
  const Table base = *catalog->create_table({"a", "t"}, test::bars_spec());
  const auto overwrite = [&](int i) {
    Commit commit(*catalog);
    DataWriter writer(base);
    commit.append(base, *writer.write(test::bars_table({{"1m", "T", 18'000, i, 1.0, i}})),
                  {.planned_from = equal_to("ticker", literal("T"))});
    return commit.run();
  };
  EXPECT_TRUE(overwrite(1).has_value());
  const auto lost = overwrite(2);
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, 4010);
}

TEST(RestCatalog, CommitsSeveralTablesTogether) {
  ServedLake lake;
  auto catalog = lake.must_open();
  const Table one = *catalog->create_table({"a", "one"}, test::bars_spec());
  const Table two = *catalog->create_table({"a", "two"}, test::bars_spec());
  TableUpdate first{one, one.metadata()};
  first.next.properties["k"] = "1";
  TableUpdate second{two, two.metadata()};
  second.next.properties["k"] = "2";
  const auto done = catalog->commit({first, second}, {});
  ASSERT_TRUE(done.has_value()) << done.error().to_string();
  EXPECT_EQ(done->at(1).metadata().properties.at("k"), "2");
}

/// Appends rows [first, first + count) one a commit, each planned anew.
void append_rows(Catalog& catalog, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    const auto table = catalog.load("a.t");
    ASSERT_TRUE(table.has_value()) << table.error().to_string();
    DataWriter writer(*table);
    const auto files = writer.write(test::bars_table({{"1m", "T", 18'000, i, 1.0, i}}));
    ASSERT_TRUE(files.has_value()) << files.error().to_string();
    Commit commit(catalog);
    commit.append(*table, *files);
    const auto done = commit.run();
    ASSERT_TRUE(done.has_value()) << done.error().to_string();
  }
}

TEST(RestCatalog, SixteenWritersThroughTheServerAndBesideItLoseNothing) {
  constexpr int kWriters = 16;
  constexpr int kCommits = 3;
  ServedLake lake;
  ASSERT_TRUE(lake.must_open()->create_table({"a", "t"}, test::bars_spec()).has_value());
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      const std::unique_ptr<Catalog> catalog = w % 4 == 0 ? lake.open_beside() : lake.must_open();
      append_rows(*catalog, w * kCommits, kCommits);
    });
  }
  for (std::thread& writer : writers) writer.join();
  const Table table = *lake.must_open()->load("a.t");
  std::set<std::int64_t> distinct;
  const auto rows = read(table, ScanOptions{});
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  EXPECT_EQ((*rows)->num_rows(), kWriters * kCommits);
  for (const test::BarRow& row : test::bar_rows(**rows)) distinct.insert(row.ts);
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kWriters * kCommits));
  const auto history = table.history();
  ASSERT_EQ(history.size(), static_cast<std::size_t>(kWriters * kCommits));
  for (std::size_t i = 1; i < history.size(); ++i) {
    EXPECT_EQ(std::abs(history[i].sequence_number - history[i - 1].sequence_number), 1);
  }
  EXPECT_TRUE(fsck_table(table, {})->is_clean());
}

TEST(RestCatalog, ReadsAgainWhenTheServerFailsForAMoment) {
  std::atomic<int> failures = 2;
  ServedLake lake([&](const serve::Request& request, const serve::Handler& inner) {
    if (request.method == "GET" && failures-- > 0) return failing(503);
    return inner(request);
  });
  EXPECT_TRUE(lake.open().has_value());
  failures = 100;
  const auto refused = lake.open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4311);
}

TEST(RestCatalog, TakesNoNonsense) {
  std::string answer;
  ServedLake lake([&](const serve::Request& request, const serve::Handler& inner) {
    if (request.path == "/v1/config") return inner(request);
    return serve::Response::json(200, answer);
  });
  const auto catalog = lake.must_open();
  for (const char* nonsense : {"", "[]", "{\"metadata\":1}", "<html>",
                               "{\"identifiers\":[{\"namespace\":[\"..\"],\"name\":\"t\"}]}"}) {
    answer = nonsense;
    EXPECT_EQ(catalog->load("a.t").error().code, 4312) << nonsense;
    if (*nonsense != '{') {
      EXPECT_EQ(catalog->list_tables("a").error().code, 4312) << nonsense;
    }
  }
  answer = R"({"namespaces":[["a"]],"next-page-token":"again"})";  // For ever.
  EXPECT_EQ(catalog->list_namespaces()->size(), 2U);
}

TEST(RestCatalog, SendsItsTokenOrGetsOne) {
  ServedLake lake(
      [](const serve::Request& request, const serve::Handler& inner) {
        if (request.path != "/v1/oauth/tokens") return inner(request);
        const bool good =
            request.body.find("grant_type=client_credentials&client_id=me&client_secret=s%3Ae") == 0;
        return good ? serve::Response::json(200, R"({"access_token":"secret-token","token_type":"bearer"})")
                    : failing(400);
      },
      "secret-token");
  auto refused = lake.open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 4310);
  EXPECT_EQ(lake.open({.token = "wrong-token"}).error().code, 4310);
  EXPECT_TRUE(lake.open({.token = "secret-token"}).has_value());
  EXPECT_TRUE(lake.open({.credential = "me:s:e"}).has_value());
  EXPECT_EQ(lake.open({.credential = "me:other"}).error().code, 4310);
}

TEST(RestCatalog, FollowsThePrefixOfTheConfiguration) {
  ServedLake lake([](const serve::Request& request, const serve::Handler& inner) {
    if (request.target == "/v1/config?warehouse=my%20lake") {
      return serve::Response::json(200, R"({"defaults":{},"overrides":{"prefix":"p1"}})");
    }
    EXPECT_THAT(request.path, HasSubstr("/v1/p1/"));
    serve::Request stripped = request;
    stripped.path.erase(3, 3);
    return inner(stripped);
  });
  const auto catalog = lake.open({.warehouse = "my lake"});
  ASSERT_TRUE(catalog.has_value()) << catalog.error().to_string();
  EXPECT_TRUE((*catalog)->create_namespace("a b").has_value());
  EXPECT_TRUE(*(*catalog)->namespace_exists("a b"));
}

TEST(RestCatalog, SaysWhenNobodyIsThere) {
  EXPECT_EQ(RestCatalog::open({}, {.uri = "ftp://x"}).error().code, 4310);
  std::string url;
  {
    ServedLake lake;
    url = lake.server().url();
  }
  const auto gone = RestCatalog::open({}, {.uri = url});
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace goldtape::table
