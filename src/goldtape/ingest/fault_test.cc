// Every step of an ingest that writes is made to fail, one after the other: the lake is as before, nothing
// is damaged, and the next run ends as an untroubled one does.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/ingest/lake_fixture_internal.h"
#include "goldtape/ingest/undo.h"
#include "goldtape/io/faulty_filesystem.h"

namespace goldtape::ingest::testing {
namespace {

/// A lake with one load, and three more to come: an update, older evidence, and a refused one.
void prepare(TestLake& lake) {
  lake.answers().put("first", text_of({{.minute = 0}, {.minute = 1}, {.ticker = "MSFT"}}), 10);
  lake.answers().put("update", text_of({{.minute = 1, .close = 101}, {.minute = 2}}), 20);
  lake.answers().put("older", text_of({{.minute = 0, .close = 99}}), 5);
  lake.answers().put("refused", text_of({{.ticker = "MU", .volume = -1}}), 20);
  lake.load_well({"first"});
}

const std::vector<std::string> kRest{"update", "older", "refused"};

/// Of a run of appends to one file only the first and the last: what lies between them differs in nothing.
std::vector<std::uint64_t> distinct_steps(const std::vector<std::string>& trace) {
  std::vector<std::uint64_t> steps;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const bool first = i == 0 || trace[i] != trace[i - 1];
    const bool last = i + 1 == trace.size() || trace[i] != trace[i + 1];
    if (first || last) steps.push_back(i + 1);
  }
  return steps;
}

std::shared_ptr<io::FaultyFileSystem> counting_files() {
  return std::make_shared<io::FaultyFileSystem>(io::local_filesystem(), io::Fault{});
}

std::shared_ptr<io::FaultyFileSystem> faulty_files(io::FaultKind kind, std::uint64_t step) {
  return std::make_shared<io::FaultyFileSystem>(io::local_filesystem(),
                                                io::Fault{.kind = kind, .step = step, .count_file = {}});
}

struct Trouble {
  const char* name = nullptr;
  io::FaultKind kind = io::FaultKind::kNoSpace;
  const char* mode = nullptr;
};

class EveryStep : public ::testing::TestWithParam<Trouble> {};

TEST_P(EveryStep, LeavesTheOldStateAndConverges) {
  TestLake untroubled;
  untroubled.replace_by(GetParam().mode);
  prepare(untroubled);
  const auto counting = counting_files();
  ASSERT_TRUE(untroubled.load(kRest, "s", counting));
  ASSERT_EQ(untroubled.delete_files("bronze.bars") > 0, GetParam().mode == std::string("merge-on-read"));
  ASSERT_GT(counting->steps(), 10U);
  for (const std::uint64_t step : distinct_steps(counting->trace())) {
    SCOPED_TRACE(::testing::Message() << "step " << step << ": " << counting->trace()[step - 1]);
    TestLake lake;
    lake.replace_by(GetParam().mode);
    prepare(lake);
    const auto bars = lake.bars();
    const auto report = lake.load(kRest, "s", faulty_files(GetParam().kind, step));
    if (!report) {
      EXPECT_EQ(lake.bars(), bars);
      EXPECT_EQ(lake.audit().size(), 1U);
    }
    EXPECT_EQ(lake.damage(), "");
    ASSERT_TRUE(lake.load(kRest));
    EXPECT_EQ(lake.bars(), untroubled.bars());
    EXPECT_EQ(lake.revisions(), untroubled.revisions());
    EXPECT_EQ(lake.audit(), untroubled.audit());
    EXPECT_EQ(lake.count("quarantine.rows"), untroubled.count("quarantine.rows"));
    EXPECT_EQ(lake.damage(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, EveryStep,
                         ::testing::Values(Trouble{"DiskFull", io::FaultKind::kNoSpace, "copy-on-write"},
                                           Trouble{"ErrorAfterTheStep", io::FaultKind::kIoErrorAfter,
                                                   "copy-on-write"},
                                           Trouble{"ErrorAfterTheStepOfMergeOnRead",
                                                   io::FaultKind::kIoErrorAfter, "merge-on-read"}),
                         [](const auto& which) { return which.param.name; });

TEST(Fault, AnUndoThatFailsLeavesTheLoad) {
  const auto load_both = [](TestLake& lake) {
    prepare(lake);
    return lake.load_well({"update", "older"}).loads[0].load_id;
  };
  TestLake untroubled;
  const auto counting = counting_files();
  ASSERT_TRUE(undo(untroubled.open(counting), untroubled.providers(), load_both(untroubled)));
  TestLake lake;
  const std::string load_id = load_both(lake);
  const auto bars = lake.bars();
  const auto revisions = lake.revisions();
  for (const std::uint64_t step : distinct_steps(counting->trace())) {
    SCOPED_TRACE(::testing::Message() << "step " << step << ": " << counting->trace()[step - 1]);
    const auto undone =
        undo(lake.open(faulty_files(io::FaultKind::kNoSpace, step)), lake.providers(), load_id);
    if (counting->trace()[step - 1].starts_with("remove")) continue;
    ASSERT_FALSE(undone);
    EXPECT_EQ(undone.error().code, 7003) << undone.error().to_string();
    EXPECT_EQ(lake.bars(), bars);
    EXPECT_EQ(lake.revisions(), revisions);
    EXPECT_EQ(lake.damage(), "");
  }
  ASSERT_TRUE(undo(lake.open(), lake.providers(), load_id));
  EXPECT_EQ(lake.bars(), untroubled.bars());
  EXPECT_EQ(lake.revisions(), untroubled.revisions());
}

}  // namespace
}  // namespace goldtape::ingest::testing
