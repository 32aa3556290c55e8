#include "goldtape/provider/files/client.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/files/flat_files.h"
#include "goldtape/provider/files/inspect.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::provider::files {
namespace {

constexpr const char* kRows =
    "ts,open,high,low,close,volume,note\n2024-01-02 14:30:00,10,11,9,10.5,100,x\n"
    "2024-01-02 14:31:00,10,,9,10.5,100,y\n";

class ClientTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes = kRows) const {
    const auto path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
  [[nodiscard]] ImportOptions options(const std::string& path) const {
    ImportOptions options;
    options.path = path;
    return options;
  }
  [[nodiscard]] Result<Answer> fetch(const ImportOptions& options) const {
    GT_ASSIGN(const ImportPlan plan, plan_import(*files_, options));
    return FilesProvider(files_, plan.root).fetch(plan.requests.at(0));
  }

  goldtape::testing::TemporaryDirectory folder_;
  std::filesystem::path root_{folder_.path()};
  std::shared_ptr<io::FileSystem> files_ = io::local_filesystem();
};

TEST_F(ClientTest, AFileThatWasReplacedSinceItWasListedIsNotTakenForTheOldOne) {
  const std::string path = write("2024-01-02.csv.gz", "bytes");
  const Timestamp modified = files_->info(path).value().modified;
  FlatFile listed{.key = "2024-01-02.csv.gz", .etag = "1", .modified = modified};
  FilesProvider provider(files_, root_.string());
  const auto same = provider.fetch(flat_file_request(listed, model::Interval::k1m));
  ASSERT_TRUE(same) << same.error().to_string();
  EXPECT_EQ(same->observed_at, modified);
  listed.modified -= std::chrono::minutes(1);
  const auto replaced = provider.fetch(flat_file_request(listed, model::Interval::k1m));
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, 2260);
  EXPECT_EQ(exit_code(replaced.error().kind), 4);
}

TEST_F(ClientTest, AFileIsOneRequest) {
  const std::string path = write("AAPL_1min.csv.gz", "bytes as they are");
  const auto plan = plan_import(*files_, options(path));
  ASSERT_TRUE(plan) << plan.error().to_string();
  ASSERT_EQ(plan->requests.size(), 1U);
  const Request& request = plan->requests[0];
  EXPECT_EQ(request.provider, "files");
  EXPECT_EQ(request.ticker, "_many");
  EXPECT_EQ(request.params.at("name"), "AAPL_1min.csv.gz");
  EXPECT_EQ(request.to_json().find(root_.string()), std::string::npos);
  const auto answer = FilesProvider(files_, plan->root).fetch(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->bytes, "bytes as they are");
  EXPECT_EQ(answer->extension, "csv.gz");
  EXPECT_EQ(answer->display_name, path);
}

TEST_F(ClientTest, ADirectoryIsReadInOrderAndOthersAreSkipped) {
  for (int i = 0; i < 1500; ++i) write(fmt::format("d{}/T{:04d}.csv", i % 7, i), "x");
  write("README.md");
  write(".hidden/A.csv");
  const auto plan = plan_import(*files_, options(root_.string() + "/"));
  ASSERT_TRUE(plan) << plan.error().to_string();
  ASSERT_EQ(plan->requests.size(), 1500U);
  EXPECT_EQ(plan->requests[0].params.at("name"), "d0/T0000.csv");
  EXPECT_EQ(plan->requests[1].params.at("name"), "d0/T0007.csv");
  EXPECT_EQ(plan->skipped, (std::vector<std::string>{".hidden/A.csv", "README.md"}));
  EXPECT_EQ(FilesProvider(files_, plan->root).fetch(plan->requests[1]).value().bytes, "x");
}

TEST_F(ClientTest, ADirectoryWithNothingIsRefused) {
  write("README.md");
  const auto plan = plan_import(*files_, options(root_.string()));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, 2015);
  EXPECT_EQ(exit_code(plan.error().kind), 2);
}

TEST_F(ClientTest, WhatIsNotThereIsNotFound) {
  const auto plan = plan_import(*files_, options(root_.string() + "/none.csv"));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kNotFound);
}

TEST_F(ClientTest, OverridesAreWrittenIntoTheDialect) {
  ImportOptions wanted = options(write("AAPL.csv"));
  wanted.dialect = "eqker";
  wanted.tz = "UTC";
  wanted.label = Label::kStart;
  const auto plan = plan_import(*files_, wanted).value();
  const Dialect dialect = dialect_from_json(plan.requests[0].params.at("dialect"), "test").value();
  EXPECT_EQ(dialect.tz, "UTC");
  EXPECT_EQ(dialect.label, Label::kStart);
  EXPECT_EQ(plan.requests[0].ticker, "AAPL");
}

TEST_F(ClientTest, DialectsMayBeFiles) {
  ImportOptions wanted = options(write("AAPL.csv"));
  wanted.dialect = write("mine.json", R"({"name": "mine", "tz": "America/Chicago"})");
  EXPECT_NE(plan_import(*files_, wanted).value().requests[0].params.at("dialect").find("America/Chicago"),
            std::string::npos);
  wanted.dialect = write("mine.toml", "tz = \"America/Denver\"\n");
  EXPECT_NE(plan_import(*files_, wanted).value().requests[0].params.at("dialect").find("America/Denver"),
            std::string::npos);
  wanted.dialect = write("bad.json", R"({"zone": "UTC"})");
  EXPECT_EQ(plan_import(*files_, wanted).error().code, 2011);
  wanted.dialect = "nobody";
  EXPECT_EQ(plan_import(*files_, wanted).error().code, 2010);
}

TEST_F(ClientTest, UnknownZonesAndDatasetsAreRefusedBeforeAnythingIsRead) {
  ImportOptions wanted = options(write("AAPL.csv"));
  wanted.tz = "America/New_Yrok";
  EXPECT_EQ(plan_import(*files_, wanted).error().code, 1020);
  wanted.tz.reset();
  wanted.dataset = "quotes";
  EXPECT_EQ(plan_import(*files_, wanted).error().code, 2016);
}

TEST_F(ClientTest, ObservedAtIsGivenOrNamedOrTheModificationTime) {
  ImportOptions wanted = options(write("bars_2015-07-15.csv"));
  EXPECT_EQ(format_timestamp(fetch(wanted).value().observed_at), "2015-07-15T23:59:59Z");
  wanted.observed_at = parse_timestamp("2016-01-01").value();
  EXPECT_EQ(format_timestamp(fetch(wanted).value().observed_at), "2016-01-01T00:00:00Z");
  const std::string path = write("AAPL.csv");
  EXPECT_EQ(fetch(options(path)).value().observed_at, files_->info(path).value().modified);
}

TEST_F(ClientTest, TheSameBytesUnderTheSameQuestionAreTheSameLoad) {
  const auto first = fetch(options(write("a/AAPL.csv"))).value();
  const auto again = fetch(options(write("b/AAPL.csv"))).value();
  EXPECT_EQ(first.load_id(), again.load_id());
  EXPECT_NE(first.load_id(),
            fetch(options(write("b/AAPL.csv", std::string(kRows) + "\n"))).value().load_id());
  ImportOptions other = options(write("b/AAPL.csv"));
  other.label = Label::kEnd;
  EXPECT_NE(first.load_id(), fetch(other).value().load_id());
}

TEST_F(ClientTest, InspectTellsWhatAnImportWouldDo) {
  ImportOptions wanted = options(write("AAPL_2024-01-02.csv"));
  wanted.tz = "UTC";
  const auto inspection = inspect(fetch(wanted).value(), 5);
  ASSERT_TRUE(inspection) << inspection.error().to_string();
  EXPECT_EQ(inspection->format, "csv");
  EXPECT_EQ(inspection->dialect.delimiter, ',');
  EXPECT_EQ(inspection->dialect.ts_format, "iso");
  EXPECT_EQ(inspection->ticker_from, "file name");
  EXPECT_EQ(inspection->observed_at_from, "file name");
  EXPECT_EQ(inspection->order, "ascending");
  EXPECT_EQ(inspection->mapped.size(), 6U);
  EXPECT_EQ(inspection->ignored, std::vector<std::string>{"note"});
  EXPECT_EQ(inspection->rows, 1U);
  EXPECT_EQ(inspection->rejected, 1U);
  EXPECT_EQ(inspection->tickers, 1U);
  ASSERT_EQ(inspection->first_bars.size(), 1U);
  EXPECT_EQ(inspection->first_bars[0].ticker, "AAPL");
  EXPECT_EQ(inspection->first_rejected.size(), 1U);
  EXPECT_EQ(format_timestamp(inspection->first_ts), "2024-01-02T14:30:00Z");
}

TEST_F(ClientTest, InspectShowsActions) {
  ImportOptions wanted = options("samples/actions/corporate_actions.csv");
  wanted.dataset = "actions";
  const auto inspection = inspect(fetch(wanted).value(), 2);
  ASSERT_TRUE(inspection) << inspection.error().to_string();
  EXPECT_EQ(inspection->rows, 13U);
  EXPECT_EQ(inspection->tickers, 12U);
  EXPECT_EQ(inspection->first_actions.size(), 2U);
}

}  // namespace
}  // namespace goldtape::provider::files
