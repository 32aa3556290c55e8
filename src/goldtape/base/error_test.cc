#include "goldtape/base/error.h"

#include <gtest/gtest.h>

#include "goldtape/base/result.h"

namespace goldtape {
namespace {

TEST(Error, PrintsCodeMessageAndPlace) {
  const Error error{ErrorKind::kDamaged, 2003, "too large", "a.csv:7"};
  EXPECT_EQ(error.to_string(), "GT2003: too large (a.csv:7)");
  EXPECT_EQ((Error{ErrorKind::kUsage, 42, "odd", ""}).to_string(), "GT0042: odd");
}

TEST(Error, WhileDoingKeepsKindCodeAndPlace) {
  const Error error =
      Error{ErrorKind::kConflict, 4010, "lost the race", "bronze.bars"}.while_doing("committing");
  EXPECT_EQ(error.to_string(), "GT4010: while committing: lost the race (bronze.bars)");
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
}

TEST(Error, EveryKindHasItsExitCodeAndName) {
  EXPECT_EQ(exit_code(ErrorKind::kInternal), 1);
  EXPECT_EQ(exit_code(ErrorKind::kUsage), 2);
  EXPECT_EQ(exit_code(ErrorKind::kIo), 2);
  EXPECT_EQ(exit_code(ErrorKind::kNotFound), 2);
  EXPECT_EQ(exit_code(ErrorKind::kAlreadyExists), 2);
  EXPECT_EQ(exit_code(ErrorKind::kUnsupported), 2);
  EXPECT_EQ(exit_code(ErrorKind::kGateFailed), 3);
  EXPECT_EQ(exit_code(ErrorKind::kUnavailable), 4);
  EXPECT_EQ(exit_code(ErrorKind::kConflict), 5);
  EXPECT_EQ(exit_code(ErrorKind::kDamaged), 6);
  EXPECT_EQ(to_string(ErrorKind::kGateFailed), "gate_failed");
  EXPECT_EQ(to_string(ErrorKind::kAlreadyExists), "already_exists");
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorKind::kUsage, 1000, "odd", "n");
  return n / 2;
}

Result<int> quarter(int n) {
  GT_ASSIGN(const int once, half(n));
  GT_RETURN_IF_ERROR(half(once));
  return half(once);
}

TEST(Result, MacrosUnwrapAndPassErrorsOn) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(5).error().where, "n");
}

}  // namespace
}  // namespace goldtape
