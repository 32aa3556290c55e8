// Places for databases of both kinds, so that one test runs on each. Tests only.
#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "goldtape/store/database.h"

namespace goldtape::store::test {

/// "sqlite", and "postgres" where GOLDTAPE_TEST_POSTGRES names a server that tests may fill:
/// tests/interop/postgres starts one and runs these suites again.
inline std::vector<std::string> backends() {
  std::vector<std::string> names{"sqlite"};
  if (std::getenv("GOLDTAPE_TEST_POSTGRES") != nullptr) names.emplace_back("postgres");
  return names;
}

inline std::string backend_name(const ::testing::TestParamInfo<std::string>& info) { return info.param; }

/// A file in a new folder, or a new schema of the server; both are gone afterwards.
class DatabasePlace {
 public:
  explicit DatabasePlace(const std::string& backend) {
    std::string pattern = (std::filesystem::temp_directory_path() / "goldtape-store-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    if (backend == "sqlite") {
      where_ = (folder_ / "lake.db").string();
      return;
    }
    static std::atomic<int> counter{0};
    const std::string server = std::getenv("GOLDTAPE_TEST_POSTGRES");
    schema_ = fmt::format("t{}_{}", ::getpid(), counter.fetch_add(1));
    auto opened = Database::open(server);
    EXPECT_TRUE(opened.has_value()) << opened.error().to_string();
    server_ = *opened;
    EXPECT_TRUE(server_->execute("CREATE SCHEMA " + schema_));
    where_ = fmt::format("{}{}options=-csearch_path%3D{}", server,
                         server.find('?') == std::string::npos ? "?" : "&", schema_);
  }
  DatabasePlace(const DatabasePlace&) = delete;
  DatabasePlace& operator=(const DatabasePlace&) = delete;
  ~DatabasePlace() {
    if (server_ != nullptr) (void)server_->execute("DROP SCHEMA " + schema_ + " CASCADE");
    std::filesystem::remove_all(folder_);
  }

  /// For Database::open.
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] bool is_postgres() const { return server_ != nullptr; }

 private:
  std::filesystem::path folder_;
  std::string schema_;
  std::string where_;
  std::shared_ptr<Database> server_;
};

/// A test of both backends: `class T : public BackendTest`, TEST_P, INSTANTIATE_BACKENDS(T).
class BackendTest : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::shared_ptr<Database> open(const DatabaseOptions& options = {}) const {
    auto database = Database::open(place_.where(), options);
    EXPECT_TRUE(database.has_value()) << database.error().to_string();
    return *database;
  }
  DatabasePlace place_{GetParam()};
};

#define INSTANTIATE_BACKENDS(Test)                                                                   \
  INSTANTIATE_TEST_SUITE_P(Backends, Test, ::testing::ValuesIn(::goldtape::store::test::backends()), \
                           ::goldtape::store::test::backend_name)

}  // namespace goldtape::store::test
