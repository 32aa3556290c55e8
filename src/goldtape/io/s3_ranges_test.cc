#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldtape/io/s3_ranges_internal.h"

namespace goldtape::io {
namespace {

std::vector<CoalescedRange> merged(const std::vector<FileRange>& ranges) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < ranges.size(); ++i) all.push_back(i);
  return coalesce(ranges, all);
}

TEST(S3Ranges, CloseOnesAreOneRequest) {
  const auto out = merged({{"f", 1'000'000, 10}, {"f", 0, 100}, {"f", 100, 50}, {"f", 120, 5}});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].offset, 0U);
  EXPECT_EQ(out[0].length, 150U);
  EXPECT_THAT(out[0].pieces, ::testing::ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(out[1].offset, 1'000'000U);
}

TEST(S3Ranges, AGapOfTheLimitIsBridgedAndALargerOneIsNot) {
  EXPECT_EQ(merged({{"f", 0, 10}, {"f", 10 + kCoalesceGapBytes, 10}}).size(), 1U);
  EXPECT_EQ(merged({{"f", 0, 10}, {"f", 11 + kCoalesceGapBytes, 10}}).size(), 2U);
}

TEST(S3Ranges, FilesAreApart) { EXPECT_EQ(merged({{"f", 0, 10}, {"g", 10, 10}}).size(), 2U); }

TEST(S3Ranges, AMergedRequestStaysBelowItsSize) {
  const auto out = merged({{"f", 0, kRequestBytes - 5}, {"f", kRequestBytes - 5, 10}});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[1].offset, kRequestBytes - 5);
}

TEST(S3Ranges, OneToTheEndSwallowsThoseInside) {
  const auto out = merged({{"f", 50, FileRange::kToTheEnd}, {"f", 60, 10}});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].offset + out[0].length, FileRange::kToTheEnd);
}

}  // namespace
}  // namespace goldtape::io
