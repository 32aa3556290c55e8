#include "goldtape/io/faulty_filesystem.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "goldtape/testing/temporary_directory.h"

namespace goldtape::io {
namespace {

using ::testing::ElementsAre;

constexpr WriteOptions kReplace{.overwrite = true, .durable = true};
constexpr std::string_view kOld = "the old content";
constexpr std::string_view kNew = "the new content, longer";

/// Replaces a file in two pieces, as the program replaces its settings.
Status replace(FileSystem& files, const std::string& path) {
  GT_ASSIGN(const auto writer, files.create(path, kReplace));
  GT_RETURN_IF_ERROR(writer->append(kNew.substr(0, 9)));
  GT_RETURN_IF_ERROR(writer->append(kNew.substr(9)));
  return writer->commit();
}
constexpr std::uint64_t kReplaceSteps = 4;

class FaultyFileSystemTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(local_filesystem()->write(path_, kOld, kReplace)); }

  [[nodiscard]] std::string content() const { return local_filesystem()->read(path_).value(); }
  /// Names in the directory besides the file itself.
  [[nodiscard]] std::size_t left_over() const { return entries().size() - 1; }
  [[nodiscard]] std::vector<FileInfo> entries() const {
    return local_filesystem()->list(directory_.path(), true).value();
  }
  [[nodiscard]] static FaultyFileSystem faulty(const std::string& fault) {
    return {local_filesystem(), parse_fault(fault).value()};
  }

  goldtape::testing::TemporaryDirectory directory_;
  std::string path_ = directory_ / "settings";
};

TEST_F(FaultyFileSystemTest, CountsAndNamesTheSteps) {
  const std::string count = directory_ / "count";
  {
    FaultyFileSystem files = faulty("count:" + count);
    ASSERT_TRUE(replace(files, path_));
    EXPECT_EQ(files.steps(), kReplaceSteps);
    EXPECT_THAT(files.trace(),
                ElementsAre("create " + path_, "append " + path_, "append " + path_, "commit " + path_));
    EXPECT_TRUE(files.read(path_));
    ASSERT_TRUE(files.create_directories(directory_ / "d"));
    ASSERT_TRUE(files.remove(directory_ / "d"));
    EXPECT_EQ(files.steps(), kReplaceSteps + 2);
  }
  EXPECT_EQ(local_filesystem()->read(count).value(), "6\n");
  EXPECT_EQ(content(), kNew);
}

TEST_F(FaultyFileSystemTest, AFailureAtAnyStepLeavesTheOldFileAndNothingElse) {
  for (const std::string kind : {"enospc", "eio"}) {
    for (std::uint64_t step = 1; step <= kReplaceSteps; ++step) {
      FaultyFileSystem files = faulty(kind + "@" + std::to_string(step));
      const Status status = replace(files, path_);
      ASSERT_FALSE(status) << kind << step;
      EXPECT_EQ(status.error().code, kind == "eio" ? 7001 : 7003);
      EXPECT_EQ(status.error().where, path_);
      EXPECT_EQ(content(), kOld) << kind << step;
      EXPECT_EQ(left_over(), 0U) << kind << step;
    }
  }
}

TEST_F(FaultyFileSystemTest, AStepDoneButReportedAsFailedLeavesOldOrNew) {
  for (std::uint64_t step = 1; step <= kReplaceSteps; ++step) {
    ASSERT_TRUE(local_filesystem()->write(path_, kOld, kReplace));
    FaultyFileSystem files = faulty("eio-after@" + std::to_string(step));
    ASSERT_FALSE(replace(files, path_)) << step;
    EXPECT_EQ(content(), step == kReplaceSteps ? kNew : kOld) << step;
    EXPECT_EQ(left_over(), 0U) << step;
  }
}

/// Runs `work` in a process of its own; its exit code, 0 when it came to the end.
int exit_code_of(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(FaultyFileSystemTest, ACrashAtAnyStepLeavesOldOrNewAndARerunSucceeds) {
  for (const std::string kind : {"crash", "crash-after", "torn"}) {
    for (std::uint64_t step = 1; step <= kReplaceSteps + 1; ++step) {
      const std::string name = kind + "@" + std::to_string(step);
      ASSERT_TRUE(local_filesystem()->write(path_, kOld, kReplace));
      const int code = exit_code_of([&] {
        FaultyFileSystem files = faulty(name);
        (void)replace(files, path_);
      });
      EXPECT_EQ(code, step <= kReplaceSteps ? kCrashExitCode : 0) << name;
      const bool published = step > kReplaceSteps || name == "crash-after@4";
      EXPECT_EQ(content(), published ? kNew : kOld) << name;
      for (const FileInfo& info : entries()) {
        EXPECT_TRUE(info.path == path_ || info.path.ends_with(kTemporarySuffix)) << info.path;
      }
      EXPECT_TRUE(replace(*local_filesystem(), path_)) << name;
      EXPECT_EQ(content(), kNew) << name;
    }
  }
}

TEST_F(FaultyFileSystemTest, ATornAppendWritesHalf) {
  EXPECT_EQ(exit_code_of([&] {
              FaultyFileSystem files = faulty("torn@2");
              (void)files.write(path_, "123456", kReplace);
            }),
            kCrashExitCode);
  for (const FileInfo& info : entries()) {
    if (info.path != path_) {
      EXPECT_EQ(info.size_bytes, 3U);
    }
  }
  EXPECT_EQ(left_over(), 1U);
}

TEST_F(FaultyFileSystemTest, ALastingFaultHitsAllLaterStepsAndOtherwiseOne) {
  FaultyFileSystem once = faulty("eio@1");
  EXPECT_FALSE(replace(once, path_));
  EXPECT_TRUE(replace(once, path_));
  FaultyFileSystem lasting = faulty("eio@2+");
  EXPECT_FALSE(replace(lasting, path_));
  EXPECT_FALSE(replace(lasting, path_));
  EXPECT_TRUE(lasting.read(path_));
}

TEST_F(FaultyFileSystemTest, ReadsFailOnTheirOwnCount) {
  FaultyFileSystem files = faulty("read-eio@2");
  EXPECT_TRUE(files.read(path_));
  EXPECT_EQ(files.read(path_).error().code, 7001);
  EXPECT_TRUE(files.info(path_));
  EXPECT_TRUE(replace(files, path_));
}

TEST(ParseFault, ReadsEveryFormAndExplainsTheRest) {
  const Fault fault = parse_fault("enospc@17+").value();
  EXPECT_EQ(fault.kind, FaultKind::kNoSpace);
  EXPECT_EQ(fault.step, 17U);
  EXPECT_TRUE(fault.lasting);
  EXPECT_EQ(parse_fault("torn@1").value().kind, FaultKind::kTorn);
  EXPECT_EQ(parse_fault("crash-after@3").value().kind, FaultKind::kCrashAfter);
  EXPECT_EQ(parse_fault("count:/x").value().count_file, "/x");
  for (const auto* bad :
       {"", "crash", "crash@", "crash@0", "crash@x", "crash@1x", "boom@1", "count:", "@1", "crash@-1"}) {
    EXPECT_EQ(parse_fault(bad).error().code, 7010) << bad;
  }
  EXPECT_EQ(parse_fault("boom@1").error().where, "GOLDTAPE_IO_FAULT");
}

TEST(WithFault, WrapsOnlyWhenThereIsOne) {
  EXPECT_EQ(with_fault(local_filesystem(), "").value(), local_filesystem());
  EXPECT_NE(with_fault(local_filesystem(), "eio@1").value(), local_filesystem());
  EXPECT_FALSE(with_fault(local_filesystem(), "nonsense"));
}

}  // namespace
}  // namespace goldtape::io
