#include <filesystem>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "goldtape/io/filesystem.h"
#include "goldtape/io/filesystem_test_suite.h"
#include "goldtape/io/read_cache.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::io {
namespace {

using ::testing::ElementsAre;

constexpr WriteOptions kOnce{.overwrite = false, .durable = true};

class LocalFileSystemTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names(bool recursive = true) const {
    std::vector<std::string> out;
    const auto entries = files_->list(directory_.path(), recursive);
    EXPECT_TRUE(entries) << entries.error().to_string();
    for (const FileInfo& info : *entries) out.push_back(info.path.substr(directory_.path().size() + 1));
    return out;
  }

  goldtape::testing::TemporaryDirectory directory_;
  std::shared_ptr<FileSystem> files_ = local_filesystem();
};

TEST_F(LocalFileSystemTest, NothingIsVisibleBeforeCommit) {
  const std::string path = directory_ / "x";
  auto writer = files_->create(path, kOnce).value();
  ASSERT_TRUE(writer->append("half"));
  EXPECT_EQ(files_->info(path).error().code, 7002);
  ASSERT_TRUE(writer->append(" and half"));
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(files_->read(path).value(), "half and half");
  EXPECT_THAT(names(), ElementsAre("x"));
}

TEST_F(LocalFileSystemTest, AWriterThatIsDroppedLeavesNothing) {
  {
    auto writer = files_->create(directory_ / "x", kOnce).value();
    ASSERT_TRUE(writer->append("half"));
    EXPECT_EQ(names().size(), 1U);
    EXPECT_TRUE(names()[0].ends_with(kTemporarySuffix));
  }
  EXPECT_THAT(names(), ElementsAre());
}

TEST_F(LocalFileSystemTest, AFileThatNobodyLooksForYetIsWrittenUnderItsOwnName) {
  constexpr WriteOptions kUnnamed{.unnamed_yet = true};
  auto writer = files_->create(directory_ / "m.avro", kUnnamed).value();
  ASSERT_TRUE(writer->append("bytes"));
  EXPECT_THAT(names(), ElementsAre("m.avro"));
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(files_->read(directory_ / "m.avro").value(), "bytes");
  writer.reset();
  EXPECT_THAT(names(), ElementsAre("m.avro")) << "what was committed stays";
  EXPECT_EQ(files_->create(directory_ / "m.avro", kUnnamed).error().code, 7004);
  (void)files_->create(directory_ / "dropped.avro", kUnnamed).value();
  EXPECT_THAT(names(), ElementsAre("m.avro")) << "what was not is gone again";
}

TEST_F(LocalFileSystemTest, WriteOnceRefusesAFileThatCameMeanwhile) {
  const std::string path = directory_ / "x";
  auto slow = files_->create(path, kOnce).value();
  ASSERT_TRUE(slow->append("slow"));
  ASSERT_TRUE(files_->write(path, "fast", kOnce));
  EXPECT_EQ(slow->commit().error().code, 7004);
  slow.reset();
  EXPECT_EQ(files_->read(path).value(), "fast");
  EXPECT_THAT(names(), ElementsAre("x"));
}

TEST_F(LocalFileSystemTest, OfManyWritersOfOneFileExactlyOneWins) {
  const std::string path = directory_ / "x";
  std::atomic<int> won{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      if (files_->write(path, std::string(1'000, static_cast<char>('a' + t)),
                        {.overwrite = false, .durable = false}))
        ++won;
    });
  }
  threads.clear();
  EXPECT_EQ(won, 1);
  const std::string bytes = files_->read(path).value();
  EXPECT_EQ(bytes, std::string(1'000, bytes.at(0)));
  EXPECT_THAT(names(), ElementsAre("x"));
}

TEST_F(LocalFileSystemTest, ListIsSortedAndStaysInside) {
  for (const auto* name : {"b/2", "a", "b/1", "b/c/3"})
    ASSERT_TRUE(files_->write(directory_ / name, "", kOnce));
  std::filesystem::create_symlink("a", directory_ / "link");
  std::filesystem::create_directory_symlink("..", directory_ / "b/up");
  std::filesystem::create_symlink("nowhere", directory_ / "dangling");
  EXPECT_THAT(names(), ElementsAre("a", "b/1", "b/2", "b/c/3", "link"));
  EXPECT_THAT(names(false), ElementsAre("a", "b", "link"));
  EXPECT_EQ(files_->list(directory_ / "none", true).error().code, 7002);
}

TEST_F(LocalFileSystemTest, MissingFilesAndWrongKindsAreNamed) {
  const std::string missing = directory_ / "none";
  EXPECT_EQ(files_->read(missing).error().to_string(),
            "GT7002: cannot open: there is no such file or directory (" + missing + ")");
  EXPECT_EQ(files_->remove(missing).error().code, 7002);
  EXPECT_EQ(files_->read(directory_.path()).error().to_string(),
            "GT7001: cannot read: Is a directory (" + directory_.path() + ")");
  ASSERT_TRUE(files_->write(directory_ / "file", "", kOnce));
  EXPECT_EQ(files_->create(directory_ / "file/x", kOnce).error().code, 7002);
  EXPECT_EQ(files_->create_directories(directory_ / "file").error().code, 7002);
}

TEST_F(LocalFileSystemTest, RemoveTakesFilesAndEmptyDirectories) {
  ASSERT_TRUE(files_->write(directory_ / "d/x", "", kOnce));
  EXPECT_FALSE(files_->remove(directory_ / "d"));
  EXPECT_TRUE(files_->remove(directory_ / "d/x"));
  EXPECT_TRUE(files_->remove(directory_ / "d"));
  EXPECT_THAT(names(), ElementsAre());
  EXPECT_TRUE(files_->create_directories(directory_ / "d/e/f"));
  EXPECT_TRUE(files_->create_directories(directory_ / "d/e/f"));
  EXPECT_TRUE(files_->info(directory_ / "d/e/f")->is_directory);
}

TEST_F(LocalFileSystemTest, FreeSpaceIsThatOfTheNearestExistingDirectory) {
  EXPECT_GT(files_->free_space_bytes(directory_.path()).value(), 0U);
  EXPECT_GT(files_->free_space_bytes(directory_ / "not/yet/there").value(), 0U);
}

/// Touches files as nobody would, in this thread, so that permissions count for root too.
class AsNobody {
 public:
  AsNobody() { ::setfsuid(65534); }
  ~AsNobody() { ::setfsuid(::geteuid()); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
};

TEST_F(LocalFileSystemTest, AFolderWithoutPermissionIsGt7005) {
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0555), 0);
  Status status;
  {
    const AsNobody nobody;
    status = files_->write(directory_ / "x", "", kOnce);
  }
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().to_string(),
            "GT7005: cannot create: permission denied; make the path readable and writable for this user (" +
                (directory_ / "x") + ")");
  EXPECT_THAT(names(), ElementsAre());
}

FileSystemUnderTest local_folder() {
  auto folder = std::make_shared<goldtape::testing::TemporaryDirectory>();
  return {.files = local_filesystem(), .root = folder->path(), .owner = folder};
}

INSTANTIATE_TEST_SUITE_P(Local, FileSystemSuite, ::testing::Values(local_folder));

/// The same with the read cache in front.
FileSystemUnderTest cached_local() {
  auto directory = std::make_shared<goldtape::testing::TemporaryDirectory>();
  const std::string root = *directory / "root";
  EXPECT_TRUE(local_filesystem()->create_directories(root));
  return {cached_filesystem(local_filesystem(),
                            {.folder = *directory / "cache", .max_bytes = 1U << 20U, .origin = "local"}),
          root, directory};
}
INSTANTIATE_TEST_SUITE_P(Cached, FileSystemSuite, ::testing::Values(cached_local));

}  // namespace
}  // namespace goldtape::io
