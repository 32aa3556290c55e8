#include <atomic>
#include <string>

#include <arrow/util/thread_pool.h>
#include <gtest/gtest.h>

#include "goldtape/table/work_sharing_internal.h"

namespace goldtape::table::internal {
namespace {

constexpr int kThreads = 4;

struct Steps {
  std::atomic<std::size_t> first = 0;
  std::atomic<int> between = 0;
  std::atomic<std::size_t> second = 0;
  std::atomic<bool> early = false;  // Something was done before all that comes before it.

  // `fail_first` and `fail_second`: the piece that fails.
  TwoSteps of(std::size_t pieces, std::size_t more, std::size_t fail_first, std::size_t fail_second,
              bool fail_between = false) {
    const auto refuse = [](std::size_t piece) {
      return fail(ErrorKind::kIo, 7001, "piece " + std::to_string(piece));
    };
    return {.first = pieces,
            .do_first = [=, this](std::size_t piece) -> Status {
              if (piece == fail_first) return refuse(piece);
              ++first;
              return {};
            },
            .between = [=, this]() -> Status {
              if (first != pieces) early = true;
              ++between;
              if (fail_between) return refuse(99);
              return {};
            },
            .second = more,
            .do_second = [=, this](std::size_t piece) -> Status {
              if (between != 1) early = true;
              if (piece == fail_second) return refuse(piece);
              ++second;
              return {};
            }};
  }
};
constexpr std::size_t kNone = 1'000'000;

class WorkSharing : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(arrow::SetCpuThreadPoolCapacity(kThreads).ok()); }
};

TEST_F(WorkSharing, TheSecondStepBeginsWhenTheFirstIsDone) {
  for (int round = 0; round < 300; ++round) {
    Steps steps;
    const auto pieces = static_cast<std::size_t>(round % 7);
    ASSERT_TRUE(share_work(steps.of(pieces, 9, kNone, kNone), round % 3 == 0 ? 1 : 0));
    EXPECT_EQ(steps.first, pieces);
    EXPECT_EQ(steps.between, 1);
    EXPECT_EQ(steps.second, 9U);
    EXPECT_FALSE(steps.early);
  }
}

TEST_F(WorkSharing, AnErrorEndsItAndNobodyWaits) {
  for (int round = 0; round < 300; ++round) {
    Steps first;
    const auto of_first = share_work(first.of(6, 9, static_cast<std::size_t>(round % 6), kNone), 0);
    ASSERT_FALSE(of_first);
    EXPECT_EQ(of_first.error().message, "piece " + std::to_string(round % 6));
    EXPECT_EQ(first.between, 0);
    EXPECT_EQ(first.second, 0U);
    Steps between;
    const auto of_between = share_work(between.of(3, 9, kNone, kNone, true), 0);
    ASSERT_FALSE(of_between);
    EXPECT_EQ(of_between.error().message, "piece 99");
    EXPECT_EQ(between.second, 0U);
    Steps second;
    const auto of_second = share_work(second.of(3, 9, kNone, static_cast<std::size_t>(round % 9)), 0);
    ASSERT_FALSE(of_second);
    EXPECT_EQ(of_second.error().message, "piece " + std::to_string(round % 9));
  }
}

TEST_F(WorkSharing, OfManyErrorsThatOfTheFirstPieceComesOut) {
  const auto failed = share_work(64, 1, [](std::size_t piece) -> Status {
    if (piece >= 5) return fail(ErrorKind::kIo, 7001, std::to_string(piece));
    return {};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "5");
}

}  // namespace
}  // namespace goldtape::table::internal
