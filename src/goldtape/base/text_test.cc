#include "goldtape/base/text.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldtape {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array<std::string_view, 4> kNames{"log.level", "log.format", "lake.lock_timeout_s",
                                                 "query.threads"};

TEST(EditDistance, CountsEditsAndSwapsIgnoringCase) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("form", "from"), 1U);
  EXPECT_EQ(edit_distance("AAPL", "aapl"), 0U);
}

TEST(NearestNames, FindsTyposAndPartsButNothingFar) {
  EXPECT_THAT(nearest_names("log.levl", kNames), ElementsAre("log.level"));
  EXPECT_THAT(nearest_names("threads", kNames), ElementsAre("query.threads"));
  EXPECT_THAT(nearest_names("zzzzzzzz", kNames), IsEmpty());
  EXPECT_THAT(nearest_names("log.", kNames, 1), ElementsAre("log.level"));
}

TEST(DidYouMean, ReadsAsTheEndOfAMessage) {
  EXPECT_EQ(did_you_mean("log.formt", kNames), "; did you mean 'log.format'?");
  EXPECT_EQ(did_you_mean("log.", kNames), "; did you mean 'log.level' or 'log.format'?");
  EXPECT_EQ(did_you_mean("zzzzzzzz", kNames), "");
}

TEST(JoinOr, SetsCommasAndOr) {
  EXPECT_EQ(join_or(std::span(kNames).first(0)), "");
  EXPECT_EQ(join_or(std::span(kNames).first(1)), "log.level");
  EXPECT_EQ(join_or(std::span(kNames).first(3)), "log.level, log.format or lake.lock_timeout_s");
}

TEST(Trim, CutsWhiteSpaceAtBothEndsOnly) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(to_lower("NaN-\xC3\x84"), "nan-\xC3\x84");
}

}  // namespace
}  // namespace goldtape
