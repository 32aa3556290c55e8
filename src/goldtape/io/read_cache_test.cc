#include "goldtape/io/read_cache.h"

#include <gtest/gtest.h>

#include "goldtape/io/filesystem.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::io {
namespace {

constexpr WriteOptions kReplace{.overwrite = true, .durable = false};

class ReadCacheTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<FileSystem> cached(std::uint64_t max_bytes = 1U << 20U,
                                                   const std::string& origin = "here") const {
    return cached_filesystem(slow_, {.folder = pieces(), .max_bytes = max_bytes, .origin = origin});
  }
  [[nodiscard]] std::string pieces() const { return directory_ / "cache/pieces"; }
  [[nodiscard]] std::vector<FileInfo> kept() const {
    auto files = slow_->list(pieces(), true).value_or(std::vector<FileInfo>{});
    std::erase_if(files, [](const FileInfo& file) { return file.is_directory; });
    return files;
  }

  goldtape::testing::TemporaryDirectory directory_;
  std::shared_ptr<FileSystem> slow_ = local_filesystem();
  std::string file_ = directory_ / "file";
};

TEST_F(ReadCacheTest, AnswersAgainWhatWasReadOnce) {
  ASSERT_TRUE(slow_->write(file_, "0123456789", kReplace));
  ASSERT_EQ(*cached()->read(file_), "0123456789");
  ASSERT_EQ(*cached()->read_range(file_, 2, 3), "234");
  ASSERT_TRUE(slow_->remove(file_));  // Behind its back: what it says now, it kept.
  const auto files = cached();
  EXPECT_EQ(*files->read(file_), "0123456789");
  EXPECT_EQ(*files->read_range(file_, 2, 3), "234");
  EXPECT_EQ(files->read_range(file_, 2, 4).error().code, 7002) << "another piece";
  EXPECT_EQ(files->info(file_).error().code, 7002) << "what is there is always asked";
  EXPECT_EQ(cached(1U << 20U, "there")->read(file_).error().code, 7002) << "another service";
}

TEST_F(ReadCacheTest, ForgetsWhatIsReplacedOrRemovedThroughIt) {
  const auto files = cached();
  ASSERT_TRUE(files->write(file_, "old", kReplace));
  ASSERT_EQ(*files->read(file_), "old");
  ASSERT_TRUE(files->write(file_, "new", kReplace));
  EXPECT_EQ(*files->read(file_), "new");
  ASSERT_TRUE(files->remove(file_));
  EXPECT_EQ(files->read(file_).error().code, 7002);
}

TEST_F(ReadCacheTest, ReadsADamagedPieceAgain) {
  ASSERT_TRUE(slow_->write(file_, "0123456789", kReplace));
  ASSERT_TRUE(cached()->read(file_));
  ASSERT_EQ(kept().size(), 1U);
  std::string bytes = *slow_->read(kept()[0].path);
  for (const std::string& spoiled : {std::string(), std::string("short"), "X" + bytes.substr(1)}) {
    ASSERT_TRUE(slow_->write(kept()[0].path, spoiled, kReplace));
    EXPECT_EQ(*cached()->read(file_), "0123456789") << spoiled;
  }
}

TEST_F(ReadCacheTest, StaysBelowItsBoundAndLosesTheOldestFirst) {
  constexpr std::uint64_t kMaxBytes = 10'000;
  ASSERT_TRUE(slow_->write(file_, std::string(100'000, 'x'), kReplace));
  const auto files = cached(kMaxBytes);
  for (std::uint64_t piece = 0; piece < 50; ++piece) {
    ASSERT_TRUE(files->read_range(file_, piece * 1'000, 1'000));
    std::uint64_t used = 0;
    for (const FileInfo& file : kept()) used += file.size_bytes;
    ASSERT_LE(used, kMaxBytes);
  }
  EXPECT_GE(kept().size(), 8U);
  ASSERT_TRUE(files->read_range(file_, 0, 50'000));
  ASSERT_TRUE(slow_->remove(file_));
  EXPECT_TRUE(files->read_range(file_, 49'000, 1'000)) << "the newest";
  EXPECT_FALSE(files->read_range(file_, 0, 1'000)) << "the oldest";
  EXPECT_FALSE(files->read_range(file_, 0, 50'000)) << "a piece that large is not kept";
}

TEST_F(ReadCacheTest, WorksWhereNothingCanBeKept) {
  ASSERT_TRUE(slow_->write(file_, "bytes", kReplace));
  ASSERT_TRUE(slow_->write(directory_ / "cache", "a file is in the way", kReplace));
  EXPECT_EQ(*cached()->read(file_), "bytes");
  EXPECT_EQ(*cached()->read(file_), "bytes");
}

}  // namespace
}  // namespace goldtape::io
