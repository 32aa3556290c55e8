#include "goldtape/io/compression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace goldtape::io {
namespace {

constexpr std::uint64_t kLimit = 10'000'000;

std::string sample(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i * 2'654'435'761U) + ",";
  return out;
}

std::string compressed(Compression compression, std::string_view bytes) {
  return (compression == Compression::kGzip ? compress_gzip(bytes) : compress_zstd(bytes)).value();
}

class CompressionTest : public ::testing::TestWithParam<Compression> {
 protected:
  [[nodiscard]] static Result<std::string> unpack(std::string_view bytes, std::uint64_t limit = kLimit) {
    return decompress(bytes, GetParam(), limit, "a.csv.z");
  }
};

TEST_P(CompressionTest, RoundTripsAndIsDetected) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{300'000}, std::size_t{2'000'000}}) {
    const std::string bytes = sample(size);
    const std::string packed = compressed(GetParam(), bytes);
    EXPECT_EQ(detect_compression(packed), GetParam());
    EXPECT_EQ(unpack(packed).value(), bytes);
  }
}

TEST_P(CompressionTest, EqualContentGivesEqualBytes) {
  EXPECT_EQ(compressed(GetParam(), sample(1'000)), compressed(GetParam(), sample(1'000)));
}

TEST_P(CompressionTest, ConcatenatedPartsAndZeroPaddingAreRead) {
  const std::string packed = compressed(GetParam(), "one,") + compressed(GetParam(), "two");
  EXPECT_EQ(unpack(packed).value(), "one,two");
  EXPECT_EQ(unpack(packed + std::string(512, '\0')).value(), "one,two");
}

TEST_P(CompressionTest, EveryTruncationIsNoticed) {
  const std::string packed = compressed(GetParam(), sample(5'000));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto result = unpack(std::string_view(packed).substr(0, size));
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code, 2001) << size << " " << result.error().message;
    EXPECT_EQ(result.error().kind, ErrorKind::kDamaged);
  }
}

TEST_P(CompressionTest, DamageIsNoticed) {
  const std::string packed = compressed(GetParam(), sample(5'000));
  for (std::size_t at = 10; at < packed.size(); at += 7) {
    std::string bad = packed;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    const auto result = unpack(bad);
    if (result) {
      // Bits that carry nothing, such as gzip's OS byte.
      EXPECT_EQ(*result, sample(5'000)) << at;
    }
  }
  EXPECT_EQ(unpack("this is no archive").error().code, 2002);
  EXPECT_EQ(unpack(packed + "rubbish").error().code, 2002);
}

TEST_P(CompressionTest, ABombStopsAtTheLimit) {
  const std::string bomb = compressed(GetParam(), std::string(5'000'000, 'x'));
  ASSERT_LT(bomb.size(), 100'000U);
  const auto result = unpack(bomb, 1'000'000);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, 2003);
  EXPECT_EQ(unpack(compressed(GetParam(), std::string(100, 'x')), 100).value().size(), 100U);
  EXPECT_EQ(unpack(compressed(GetParam(), std::string(101, 'x')), 100).error().code, 2003);
}

INSTANTIATE_TEST_SUITE_P(Formats, CompressionTest, ::testing::Values(Compression::kGzip, Compression::kZstd),
                         [](const auto& test) { return test.param == Compression::kGzip ? "Gzip" : "Zstd"; });

TEST(Compression, MessagesSayWhatToDo) {
  const std::string packed = compress_gzip("abc").value();
  EXPECT_EQ(decompress(packed.substr(0, 15), Compression::kGzip, kLimit, "a.csv.gz").error().to_string(),
            "GT2001: the gzip data end in the middle; the file was cut short, fetch it again (a.csv.gz)");
  EXPECT_EQ(
      decompress(std::string("\x1f\x8b\x09\x01\x01\x01\x01\x01\x01\x01"), Compression::kGzip, kLimit,
                 "a.csv.gz")
          .error()
          .to_string(),
      "GT2002: the gzip data are damaged (unknown compression method); fetch the file again (a.csv.gz)");
  EXPECT_EQ(decompress(packed, Compression::kGzip, 2, "a.csv.gz").error().to_string(),
            "GT2003: the gzip data unpack to more than the limit of 2 bytes; split the file (a.csv.gz)");
}

TEST(Compression, PlainBytesPassUpToTheLimit) {
  EXPECT_EQ(detect_compression("ticker,ts"), Compression::kNone);
  EXPECT_EQ(detect_compression(""), Compression::kNone);
  EXPECT_EQ(decompress("abc", Compression::kNone, 3, "a").value(), "abc");
  EXPECT_EQ(decompress("abcd", Compression::kNone, 3, "a").error().code, 2003);
}

RC_GTEST_PROP(CompressionProperty, AnyBytesRoundTrip, (const std::string& bytes)) {
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    RC_ASSERT(decompress(compressed(compression, bytes), compression, kLimit, "x").value() == bytes);
  }
}

RC_GTEST_PROP(CompressionProperty, AnyInputEndsWithoutCrash, (std::string bytes)) {
  for (const std::string_view magic : {"\x1f\x8b\x08", "\x28\xb5\x2f\xfd"}) {
    const std::string input = std::string(magic) + bytes;
    const auto result = decompress(input, detect_compression(input), kLimit, "x");
    RC_ASSERT(result || result.error().kind == ErrorKind::kDamaged);
  }
}

}  // namespace
}  // namespace goldtape::io
