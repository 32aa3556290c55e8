// The suite of every file system, run on S3. test_filesystem.py starts the service and names an empty folder
// of a bucket in GOLDTAPE_TEST_S3_ROOT; endpoint and keys come by AWS's variables.
#include <atomic>
#include <cstdlib>

#include <fmt/format.h>

#include "goldtape/io/filesystem_test_suite.h"
#include "goldtape/io/s3_filesystem.h"

namespace goldtape::io {
namespace {

FileSystemUnderTest s3_folder() {
  static std::atomic<int> number{0};
  const char* root = std::getenv("GOLDTAPE_TEST_S3_ROOT");
  const auto options = S3Options::from(Config{}, process_environment());
  EXPECT_TRUE(root != nullptr && options.has_value()) << "run this by test_filesystem.py";
  return {.files = s3_filesystem(options.value()),
          .root = fmt::format("{}/{}", root, number.fetch_add(1)),
          .owner = nullptr};
}

INSTANTIATE_TEST_SUITE_P(S3, FileSystemSuite, ::testing::Values(s3_folder));

}  // namespace
}  // namespace goldtape::io
