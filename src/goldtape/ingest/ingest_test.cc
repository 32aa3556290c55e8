#include "goldtape/ingest/ingest.h"

#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "goldtape/ingest/lake_fixture_internal.h"
#include "goldtape/ingest/plan.h"
#include "goldtape/ingest/undo.h"
#include "goldtape/lake/free_space.h"

namespace goldtape::ingest::testing {
namespace {

std::vector<Said> minutes(const std::string& ticker, int count, double close = 100) {
  std::vector<Said> rows;
  for (int i = 0; i < count; ++i) rows.push_back({.ticker = ticker, .minute = i, .close = close});
  return rows;
}

TEST(Ingest, TheSameAnswerTwiceChangesNothing) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 5)), 0);
  EXPECT_EQ(lake.load_well({"a"}).totals().rows_inserted, 5);
  const auto snapshots = lake.snapshots();
  const auto audit = lake.audit();
  const IngestReport again = lake.load_well({"a"});
  EXPECT_EQ(again.loads[0].status, "already_loaded");
  EXPECT_EQ(again.commits, 0);
  EXPECT_EQ(lake.snapshots(), snapshots);
  EXPECT_EQ(lake.audit(), audit);
}

TEST(Ingest, EqualRowsOfAnotherAnswerLeaveTheSnapshot) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 5)), 0);
  lake.answers().put("b", text_of(minutes("AAPL", 5)), 10);
  lake.load_well({"a"});
  const auto snapshots = lake.snapshots();
  const IngestReport report = lake.load_well({"b"});
  EXPECT_EQ(report.loads[0].status, "unchanged");
  EXPECT_EQ(report.totals().rows_unchanged, 5);
  EXPECT_EQ(lake.snapshots(), snapshots);
}

TEST(Ingest, AChangedBarIsAnUpdateAndARevision) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 5)), 0);
  lake.answers().put("b", text_of({{.minute = 2, .close = 101}}), 10);
  lake.load_well({"a"});
  const IngestReport report = lake.load_well({"b"});
  EXPECT_EQ(report.totals().rows_updated, 1);
  EXPECT_EQ(std::get<2>(lake.bars()[2]), 101);
  ASSERT_EQ(lake.revisions().size(), 1U);
  EXPECT_EQ(std::get<2>(lake.revisions()[0]), 100);
  EXPECT_EQ(std::get<3>(lake.revisions()[0]), 101);
  EXPECT_EQ(lake.damage(), "");
}

// Many tickers lie in one file a day. A restatement of few of them is written into it, not beside it.
TEST(Ingest, ARestatementStaysInTheFileOfItsDay) {
  TestLake lake;
  std::vector<Said> said;
  for (int ticker = 0; ticker < 150; ++ticker) {
    for (int day = 0; day < 2; ++day) said.push_back({.ticker = fmt::format("T{:03}", ticker), .day = day});
  }
  lake.answers().put("a", text_of(said), 0);
  lake.load_well({"a"});
  ASSERT_EQ(lake.files("bronze.bars"), 2U);
  lake.answers().put("b",
                     text_of({{.ticker = "T003", .close = 101},
                              {.ticker = "T003", .minute = 1},
                              {.ticker = "T140", .close = 99}}),
                     10);
  EXPECT_EQ(lake.load_well({"b"}).totals().rows_updated, 2);
  EXPECT_EQ(lake.files("bronze.bars"), 2U);
  EXPECT_EQ(lake.count("bronze.bars"), 301);
  lake.answers().put("c", text_of({{.ticker = "T003", .minute = 2}}), 20);
  lake.load_well({"c"});
  EXPECT_EQ(lake.files("bronze.bars"), 3U) << "what only comes on top does not write the day again";
  EXPECT_EQ(lake.damage(), "");
}

TEST(Ingest, OlderEvidenceThatArrivesLateStaysHistory) {
  TestLake lake;
  lake.answers().put("new", text_of({{.close = 101}}), 10);
  lake.answers().put("old", text_of({{.close = 100}, {.minute = 1, .close = 100}}), 0);
  lake.load_well({"new"});
  const IngestReport report = lake.load_well({"old"});
  EXPECT_EQ(report.totals().rows_unchanged, 1);
  EXPECT_EQ(report.totals().rows_inserted, 1);
  EXPECT_EQ(std::get<2>(lake.bars()[0]), 101);
  EXPECT_EQ(lake.revisions().size(), 1U);
}

TEST(Ingest, BarsOutsideTheOverlapSurviveARefold) {
  TestLake lake;
  lake.answers().put("morning", text_of({{.minute = 0}, {.minute = 1}}), 10);
  lake.answers().put("noon", text_of({{.minute = 200}, {.minute = 201}}), 10);
  lake.answers().put("late", text_of({{.minute = 0, .close = 90}}), 5);
  lake.load_well({"morning", "noon"});
  lake.load_well({"late"});
  EXPECT_EQ(lake.bars().size(), 4U);
}

TEST(Ingest, CountsAddUpWithDuplicatesAndRejectedRows) {
  TestLake lake;
  lake.answers().put("a", "AAPL 0 0 100 1\nAAPL 0 0 100 1\nAAPL 0 1 ? 1\nAAPL 0 2 100 1\n", 0);
  const IngestReport report = lake.load_well({"a"});
  const LoadOutcome& load = report.loads[0];
  EXPECT_EQ(load.rows_fetched, 4);
  EXPECT_EQ(load.rows_inserted, 2);
  EXPECT_EQ(load.duplicates_removed, 1);
  EXPECT_EQ(load.rows_quarantined, 1);
  EXPECT_EQ(load.warnings.size(), 1U);
  EXPECT_EQ(lake.count("quarantine.rows"), 1);
  EXPECT_EQ(lake.damage(), "");
}

TEST(Ingest, ARefusedLoadLeavesBronzeAndTheOthersLoad) {
  TestLake lake;
  lake.answers().put("bad", text_of({{.minute = 0}, {.minute = 1, .volume = -5}}), 0);
  lake.answers().put("good", text_of({{.ticker = "MSFT"}}), 0);
  const auto report = lake.load({"bad", "good"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->loads[0].status, "refused");
  EXPECT_EQ(report->loads[1].status, "loaded");
  ASSERT_TRUE(report->worst());
  EXPECT_EQ(report->worst()->kind, ErrorKind::kGateFailed);
  EXPECT_EQ(report->worst()->where, "bad:2");
  EXPECT_EQ(lake.bars().size(), 1U);
  EXPECT_EQ(lake.count("quarantine.rows"), 1);
  const auto snapshots = lake.snapshots();
  const auto audit = lake.audit();
  ASSERT_TRUE(lake.load({"bad", "good"}));
  EXPECT_EQ(lake.snapshots(), snapshots);
  EXPECT_EQ(lake.audit(), audit);
  EXPECT_EQ(lake.damage(), "");
}

TEST(Ingest, ADamagedAnswerIsNamedAndMendedOnesLoad) {
  TestLake lake;
  lake.answers().put("a", "AAPL 0 0 100 1\nAAPL 0 x\n", 0);
  const auto before = lake.snapshots();
  const auto report = lake.load({"a"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->loads[0].status, "failed");
  EXPECT_EQ(report->worst()->kind, ErrorKind::kDamaged);
  EXPECT_EQ(report->worst()->where, "a:2");
  EXPECT_EQ(lake.snapshots(), before);
  lake.answers().put("a", "AAPL 0 0 100 1\n", 0);
  EXPECT_EQ(lake.load_well({"a"}).totals().rows_inserted, 1);
  EXPECT_EQ(lake.damage(), "");
}

TEST(Ingest, DuplicatesThatDifferRefuseTheAnswer) {
  TestLake lake;
  lake.answers().put("a", text_of({{.close = 100}, {.close = 101}}), 0);
  const auto report = lake.load({"a"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->worst()->kind, ErrorKind::kGateFailed);
  EXPECT_NE(report->worst()->message.find("keys_unique"), std::string::npos);
  EXPECT_TRUE(lake.bars().empty());
}

TEST(Ingest, SeveralCommitsGiveTheSameAuditAsOne) {
  TestLake one;
  TestLake many;
  for (TestLake* lake : {&one, &many}) {
    for (int i = 0; i < 6; ++i) {
      lake->answers().put("a" + std::to_string(i), text_of(minutes("AAPL", 3, 100 + i / 2)), (i * 5) % 7);
    }
  }
  const std::vector<std::string> names{"a0", "a1", "a2", "a3", "a4", "a5"};
  one.load_well(names);
  for (const std::string& name : names) many.load_well({name});
  EXPECT_EQ(one.bars(), many.bars());
  EXPECT_EQ(one.revisions(), many.revisions());
  EXPECT_EQ(one.audit(), many.audit());
}

TEST(Ingest, UndoIsAsIfNeverLoadedAndCanBeLoadedAgain) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 3)), 0);
  lake.answers().put("b", text_of({{.minute = 1, .close = 101}, {.minute = 7}}), 10);
  lake.load_well({"a"});
  const auto bars = lake.bars();
  const IngestReport report = lake.load_well({"b"});
  const auto with_b = lake.bars();
  const auto undone = undo(lake.open(), lake.providers(), report.loads[0].load_id.substr(0, 12));
  ASSERT_TRUE(undone) << undone.error().to_string();
  EXPECT_EQ(undone->load.status, "undone");
  EXPECT_EQ(lake.bars(), bars);
  EXPECT_TRUE(lake.revisions().empty());
  EXPECT_EQ(lake.damage(), "");
  const auto again = undo(lake.open(), lake.providers(), report.loads[0].load_id);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, 5042);
  EXPECT_EQ(lake.load_well({"b"}).loads[0].status, "loaded");
  EXPECT_EQ(lake.bars(), with_b);
}

TEST(Ingest, TwoWritersAtOnceBothEndRight) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 20)), 0);
  lake.answers().put("b", text_of(minutes("AAPL", 30, 101)), 10);
  std::vector<Result<IngestReport>> reports(2);
  Plan plans[2];
  plans[0].requests.push_back(request_for("a"));
  plans[1].requests.push_back(request_for("b"));
  {
    std::vector<std::jthread> writers;
    for (std::size_t i = 0; i < 2; ++i) {
      writers.emplace_back([&, i] {
        const lake::Lake opened = lake.open();
        IngestOptions options;
        options.calendar = &calendar::xnys();
        reports[i] = ingest(opened, lake.providers(), plans[i], options);
      });
    }
  }
  for (const auto& report : reports) {
    ASSERT_TRUE(report) << report.error().to_string();
    EXPECT_FALSE(report->worst());
  }
  EXPECT_EQ(lake.bars().size(), 30U);
  EXPECT_EQ(lake.revisions().size(), 20U);
  EXPECT_EQ(lake.damage(), "");
}

TEST(Ingest, AWriterThatWaitsTooLongEndsWithAConflict) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 1)), 0);
  const lake::Lake holder = lake.open();
  const auto lock = holder.lock_for_writing("refine");
  ASSERT_TRUE(lock);
  const auto other = lake::Lake::open(
      lake.root(),
      {.filesystem = nullptr, .clock = lake.clock, .lock_timeout = std::chrono::milliseconds(50)});
  ASSERT_TRUE(other);
  const auto refused = other->lock_for_writing("ingest");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 5010);
  EXPECT_EQ(exit_code(refused.error().kind), 5);
  EXPECT_NE(refused.error().message.find("refine"), std::string::npos);
}

TEST(Ingest, CancelledBetweenFilesLeavesWhatWasCommitted) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 2)), 0);
  lake.answers().put("b", text_of(minutes("MSFT", 2)), 0);
  Plan plan;
  for (const char* name : {"a", "b"}) plan.requests.push_back(request_for(name));
  IngestOptions options;
  options.calendar = &calendar::xnys();
  int asked = 0;
  options.cancelled = [&] { return ++asked > 1; };
  const auto report = ingest(lake.open(), lake.providers(), plan, options);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->cancelled);
  EXPECT_TRUE(lake.bars().empty());
  EXPECT_EQ(lake.load_well({"a", "b"}).totals().rows_inserted, 4);
}

TEST(Ingest, PreviewTellsWhatIsDone) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 2)), 0);
  lake.load_well({"a"});
  lake.answers().put("b", text_of(minutes("MSFT", 2)), 0);
  Plan plan;
  for (const char* name : {"a", "b", "c"}) plan.requests.push_back(request_for(name));
  const auto loads = preview(lake.open(), lake.answers(), plan);
  ASSERT_TRUE(loads);
  EXPECT_EQ((*loads)[0].state, PlannedState::kDone);
  EXPECT_EQ((*loads)[1].state, PlannedState::kNew);
  EXPECT_EQ((*loads)[2].state, PlannedState::kFailed);
}

/// A disk with hardly any room.
class FullDisk final : public io::FileSystem {
 public:
  Result<std::string> read(std::string_view path) override { return real_->read(path); }
  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override {
    return real_->read_range(path, offset, length);
  }
  Result<std::unique_ptr<io::FileWriter>> create(std::string_view path, io::WriteOptions options) override {
    return real_->create(path, options);
  }
  Result<io::FileInfo> info(std::string_view path) override { return real_->info(path); }
  Result<std::vector<io::FileInfo>> list(std::string_view directory, bool recursive) override {
    return real_->list(directory, recursive);
  }
  Status remove(std::string_view path) override { return real_->remove(path); }
  Status create_directories(std::string_view path) override { return real_->create_directories(path); }
  Result<std::uint64_t> free_space_bytes(std::string_view) override { return 4096; }

 private:
  std::shared_ptr<io::FileSystem> real_ = io::local_filesystem();
};

TEST(Ingest, AsksForRoomBeforeItStartsButNotForWhatIsThere) {
  TestLake lake;
  lake.answers().put("a", text_of(minutes("AAPL", 2)), 0);
  const auto refused = lake.load({"a"}, "s", std::make_shared<FullDisk>());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 5030);
  EXPECT_TRUE(lake.audit().empty());
  lake.load_well({"a"});
  EXPECT_TRUE(lake.load({"a"}, "s", std::make_shared<FullDisk>()));
}

}  // namespace
}  // namespace goldtape::ingest::testing
