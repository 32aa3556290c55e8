// What every file system keeps: each implementation instantiates this suite.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldtape/io/filesystem.h"

namespace goldtape::io {

/// A file system under test and a folder of its own in it, empty, without a trailing slash.
struct FileSystemUnderTest {
  std::shared_ptr<FileSystem> files;
  std::string root;
  std::shared_ptr<void> owner;  ///< Removes what must not stay.
};

class FileSystemSuite : public ::testing::TestWithParam<std::function<FileSystemUnderTest()>> {
 protected:
  static constexpr WriteOptions kOnce{.overwrite = false, .durable = true};
  static constexpr WriteOptions kReplace{.overwrite = true, .durable = true};

  void SetUp() override { subject_ = GetParam()(); }
  [[nodiscard]] FileSystem& files() const { return *subject_.files; }
  [[nodiscard]] std::string path(const std::string& name) const { return subject_.root + "/" + name; }
  [[nodiscard]] std::vector<std::string> names(bool recursive = true) const {
    std::vector<std::string> out;
    const auto entries = files().list(subject_.root, recursive);
    EXPECT_TRUE(entries) << entries.error().to_string();
    if (!entries) return out;
    for (const FileInfo& info : *entries) out.push_back(info.path.substr(subject_.root.size() + 1));
    return out;
  }
  /// Bytes of which no two stretches are equal.
  [[nodiscard]] static std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint64_t state = 88172645463325252ULL;
    for (char& byte : bytes) {
      state ^= state << 13U;
      state ^= state >> 7U;
      state ^= state << 17U;
      byte = static_cast<char>(state & 0xFFU);
    }
    return bytes;
  }

  FileSystemUnderTest subject_;
};

TEST_P(FileSystemSuite, WrittenBytesAreReadBack) {
  const std::string file = path("a/b=1/c d+e%20é.bin");
  const std::string bytes = pattern(3'000'000);
  const Status written = files().write(file, bytes, kOnce);
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_EQ(files().read(file).value(), bytes);
  EXPECT_EQ(files().read_range(file, 0, 3).value(), bytes.substr(0, 3));
  EXPECT_EQ(files().read_range(file, bytes.size() - 2, 10).value(), bytes.substr(bytes.size() - 2));
  EXPECT_EQ(files().read_range(file, bytes.size() + 5, 10).value(), "");
  EXPECT_EQ(files().read_range(file, 7, 0).value(), "");
  EXPECT_EQ(files().read_range(file, 1, 2'000'000).value(), bytes.substr(1, 2'000'000));
  const FileInfo info = files().info(file).value();
  EXPECT_EQ(info.path, file);
  EXPECT_EQ(info.size_bytes, bytes.size());
  EXPECT_FALSE(info.is_directory);
  EXPECT_GT(info.modified, parse_timestamp("2020-01-01").value());
  EXPECT_THAT(names(), ::testing::ElementsAre("a/b=1/c d+e%20é.bin"));
}

TEST_P(FileSystemSuite, EmptyFilesAreFiles) {
  ASSERT_TRUE(files().write(path("empty"), "", kOnce));
  EXPECT_EQ(files().read(path("empty")).value(), "");
  EXPECT_EQ(files().read_range(path("empty"), 0, 10).value(), "");
  EXPECT_EQ(files().info(path("empty"))->size_bytes, 0U);
}

TEST_P(FileSystemSuite, LargeFilesComeBackWhole) {
  // Above what S3 takes in one piece, appended in pieces that fit no part.
  const std::string bytes = pattern(45'000'001);
  auto writer = files().create(path("large"), kOnce).value();
  for (std::size_t at = 0; at < bytes.size(); at += 1'234'567) {
    const Status added = writer->append(std::string_view(bytes).substr(at, 1'234'567));
    ASSERT_TRUE(added) << added.error().to_string();
  }
  EXPECT_EQ(files().info(path("large")).error().code, 7002);
  const Status committed = writer->commit();
  ASSERT_TRUE(committed) << committed.error().to_string();
  EXPECT_TRUE(files().read(path("large")).value() == bytes);
  EXPECT_TRUE(files().read_range(path("large"), 5, 40'000'000).value() == bytes.substr(5, 40'000'000));
  EXPECT_EQ(files().info(path("large"))->size_bytes, bytes.size());
  const auto again = files().write(path("large"), bytes, kOnce);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, 7004);
}

TEST_P(FileSystemSuite, ManyPiecesComeInTheOrderAsked) {
  const std::string bytes = pattern(2'000'000);
  ASSERT_TRUE(files().write(path("x"), bytes, kOnce));
  ASSERT_TRUE(files().write(path("y"), "yy", kOnce));
  std::vector<FileRange> ranges{{.path = path("y")},
                                {.path = path("x"), .offset = 1'999'990, .length = 100},
                                {.path = path("none"), .offset = 0, .length = 5},
                                {.path = path("x"), .offset = 10, .length = 0}};
  for (std::uint64_t i = 0; i < 200; ++i) ranges.push_back({path("x"), (i * 7919) % 1'900'000, 100 + i});
  const auto got = files().read_many(ranges);
  ASSERT_EQ(got.size(), ranges.size());
  EXPECT_EQ(got[0].value(), "yy");
  EXPECT_EQ(got[1].value(), bytes.substr(1'999'990));
  EXPECT_EQ(got[2].error().code, 7002);
  EXPECT_EQ(got[3].value(), "");
  for (std::size_t i = 4; i < ranges.size(); ++i)
    EXPECT_EQ(got[i].value(), bytes.substr(ranges[i].offset, ranges[i].length)) << i;
}

TEST_P(FileSystemSuite, PiecesOfAFileComeIntoOnePlace) {
  const std::string bytes = pattern(2'000'000);
  ASSERT_TRUE(files().write(path("x"), bytes, kOnce));
  std::string to(1'000'030, '?');
  const std::vector<FilePiece> pieces{{1'999'990, 10}, {7, 1'000'000}, {5, 0}, {0, 15}};
  EXPECT_EQ(files().read_into(path("x"), pieces, to.data()), 1'000'025U);
  EXPECT_TRUE(to == bytes.substr(1'999'990) + bytes.substr(7, 1'000'000) + bytes.substr(0, 15) + "?????");
  const std::vector<FilePiece> beyond{{0, 3}, {1'999'998, 5}};
  EXPECT_EQ(files().read_into(path("x"), beyond, to.data()), 5U);
  const auto none = files().read_into(path("none"), pieces, to.data());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, 7002);
}

TEST_P(FileSystemSuite, NothingIsVisibleBeforeCommit) {
  auto writer = files().create(path("x"), kOnce).value();
  ASSERT_TRUE(writer->append("half"));
  EXPECT_EQ(files().info(path("x")).error().code, 7002);
  ASSERT_TRUE(writer->append(" and half"));
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(files().read(path("x")).value(), "half and half");
  EXPECT_THAT(names(), ::testing::ElementsAre("x"));
}

TEST_P(FileSystemSuite, AWriterThatIsDroppedLeavesNothing) {
  {
    auto writer = files().create(path("x"), kOnce).value();
    std::string much;
    much.resize(40'000'000, 'x');
    ASSERT_TRUE(writer->append(much));
  }
  EXPECT_EQ(files().info(path("x")).error().code, 7002);
  ASSERT_TRUE(files().write(path("y"), "", kOnce));
  EXPECT_THAT(names(), ::testing::ElementsAre("y"));
}

TEST_P(FileSystemSuite, WriteOnceRefusesAnExistingFile) {
  ASSERT_TRUE(files().write(path("x"), "first", kOnce));
  const auto again = files().write(path("x"), "second", kOnce);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, 7004);
  EXPECT_EQ(again.error().kind, ErrorKind::kAlreadyExists);
  EXPECT_EQ(again.error().where, path("x"));
  EXPECT_EQ(files().read(path("x")).value(), "first");
}

TEST_P(FileSystemSuite, WriteOnceRefusesAFileThatCameMeanwhile) {
  auto slow = files().create(path("x"), kOnce).value();
  ASSERT_TRUE(slow->append("slow"));
  ASSERT_TRUE(files().write(path("x"), "fast", kOnce));
  EXPECT_EQ(slow->commit().error().code, 7004);
  slow.reset();
  EXPECT_EQ(files().read(path("x")).value(), "fast");
}

TEST_P(FileSystemSuite, OfManyWritersOfOneFileExactlyOneWins) {
  std::atomic<int> won{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      if (files().write(path("x"), std::string(1'000, static_cast<char>('a' + t)), kOnce)) ++won;
    });
  }
  threads.clear();
  EXPECT_EQ(won, 1);
  const std::string bytes = files().read(path("x")).value();
  EXPECT_EQ(bytes, std::string(1'000, bytes.at(0)));
}

TEST_P(FileSystemSuite, OverwriteReplacesTheWhole) {
  ASSERT_TRUE(files().write(path("x"), "a longer first content", kReplace));
  ASSERT_TRUE(files().write(path("x"), "short", kReplace));
  EXPECT_EQ(files().read(path("x")).value(), "short");
}

TEST_P(FileSystemSuite, ListIsSortedAndKnowsFolders) {
  for (const auto* name : {"b/2", "a", "b/1", "b/c/3", "b.txt"})
    ASSERT_TRUE(files().write(path(name), "12", kOnce));
  EXPECT_THAT(names(), ::testing::ElementsAre("a", "b.txt", "b/1", "b/2", "b/c/3"));
  EXPECT_THAT(names(false), ::testing::ElementsAre("a", "b", "b.txt"));
  const auto entries = files().list(subject_.root, false).value();
  EXPECT_FALSE(entries[0].is_directory);
  EXPECT_EQ(entries[0].size_bytes, 2U);
  EXPECT_TRUE(entries[1].is_directory);
  EXPECT_TRUE(files().info(path("b"))->is_directory);
  EXPECT_TRUE(files().info(path("b/c/"))->is_directory);
  EXPECT_EQ(files().list(path("none"), true).error().code, 7002);
  EXPECT_EQ(files().list(path("b/c"), true)->size(), 1U);
}

TEST_P(FileSystemSuite, RemoveTakesFiles) {
  ASSERT_TRUE(files().write(path("d/x"), "", kOnce));
  ASSERT_TRUE(files().write(path("d/y"), "", kOnce));
  EXPECT_TRUE(files().remove(path("d/x")));
  EXPECT_EQ(files().info(path("d/x")).error().code, 7002);
  EXPECT_EQ(files().remove(path("d/x")).error().code, 7002);
  EXPECT_THAT(names(), ::testing::ElementsAre("d/y"));
  EXPECT_TRUE(files().create_directories(path("d/e/f")));
  EXPECT_TRUE(files().write(path("d/x"), "again", kOnce));
  EXPECT_EQ(files().read(path("d/x")).value(), "again");
}

TEST_P(FileSystemSuite, MissingFilesAreNamed) {
  const auto got = files().read(path("none"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().to_string(),
            "GT7002: cannot open: there is no such file or directory (" + path("none") + ")");
  EXPECT_EQ(files().read_range(path("none"), 0, 1).error().code, 7002);
  EXPECT_EQ(files().info(path("none")).error().kind, ErrorKind::kNotFound);
}

TEST_P(FileSystemSuite, ThereIsFreeSpace) {
  EXPECT_GT(files().free_space_bytes(path("not/yet")).value(), 0U);
}

}  // namespace goldtape::io
