#include "goldtape/io/os_error.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldtape::io {
namespace {

using ::testing::MatchesRegex;

TEST(OsError, TellsKindsApart) {
  EXPECT_EQ(os_error(ENOENT, "open", "/x").to_string(),
            "GT7002: cannot open: there is no such file or directory (/x)");
  EXPECT_EQ(os_error(ENOENT, "open", "/x").kind, ErrorKind::kNotFound);
  EXPECT_EQ(os_error(ENOTDIR, "open", "/x/y").to_string(),
            "GT7002: cannot open: a part of the path is a file where a directory is needed (/x/y)");
  EXPECT_EQ(os_error(EEXIST, "create", "/x").kind, ErrorKind::kAlreadyExists);
  EXPECT_EQ(
      os_error(EACCES, "write", "/x").to_string(),
      "GT7005: cannot write: permission denied; make the path readable and writable for this user (/x)");
  EXPECT_EQ(os_error(EROFS, "create", "/x").to_string(),
            "GT7005: cannot create: the file system is mounted read-only; choose another folder or remount "
            "it (/x)");
  EXPECT_EQ(os_error(EIO, "sync", "/x").to_string(), "GT7001: cannot sync: Input/output error (/x)");
}

TEST(OsError, AFullDiskSaysWhatIsFreeAndWhatToDo) {
  const Error error = os_error(ENOSPC, "write", "/tmp/no/such/file");
  EXPECT_EQ(error.code, 7003);
  EXPECT_THAT(
      error.message,
      MatchesRegex("cannot write: the disk is full; [0-9.]+ [A-Za-z]+ of [0-9.]+ [A-Za-z]+ are free on the "
                   "disk of /tmp; nothing was changed, free some space and run again"));
  EXPECT_THAT(os_error(EDQUOT, "write", "/tmp").message, ::testing::HasSubstr("the disk quota is used up"));
}

TEST(HumanBytes, UsesDecimalUnits) {
  EXPECT_EQ(human_bytes(0), "0 bytes");
  EXPECT_EQ(human_bytes(999), "999 bytes");
  EXPECT_EQ(human_bytes(1'000), "1.0 kB");
  EXPECT_EQ(human_bytes(12'345'678), "12.3 MB");
  EXPECT_EQ(human_bytes(999'999'999), "1.0 GB");
  EXPECT_EQ(human_bytes(~std::uint64_t{0}), "18446.7 PB");
}

}  // namespace
}  // namespace goldtape::io
