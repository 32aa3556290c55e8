#include "goldtape/provider/decimal_text.h"

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace goldtape::provider {
namespace {

/// Reads a whole text, or says -1.
double read(const std::string& text) {
  const std::string padded = text + std::string(kDecimalReach, ',');
  const char* at = padded.data();
  double out = 0;
  if (!read_decimal(at, out)) return -1;
  return at == padded.data() + text.size() ? out : -2;
}

TEST(DecimalText, ReadsWhatStrtodReads) {
  for (const char* text : {"0",
                           "1",
                           "9",
                           "10",
                           "277",
                           "0.1",
                           "0.5",
                           "1.10",
                           "0.0001",
                           "187.14999389648438",
                           "277.2699890136719",
                           "12345678",
                           "123456789",
                           "1.2345678",
                           "0.12345678",
                           "99999999.99999999",
                           "9007199254740993",
                           "9007199254740993.5",
                           "1844674407370955161",
                           "9999999999999999999",
                           "0.000000000000000001",
                           "4503599627370496.5",
                           "4503599627370497.5",
                           "8388608.5",
                           "0.30000000000000004",
                           "1000000000000000.1"}) {
    EXPECT_EQ(read(text), std::strtod(text, nullptr)) << text;
  }
}

TEST(DecimalText, LeavesOtherFormsAlone) {
  for (const char* text :
       {"", "-1", "+1", "01", "00", ".5", "1.", "1.a", "null", "\"1\"", "12345678901234567890",
        "1.1234567890123456789", "123456789012345678901234567890"}) {
    EXPECT_EQ(read(text), -1) << text;
  }
  EXPECT_EQ(read("1e5"), -2) << "ends before the exponent";
  EXPECT_EQ(read("1.5.5"), -2);
}

// Prices as Yahoo prints them: float32 made wider, in as few digits as name it.
TEST(DecimalText, FloatsMadeWiderAreExact) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300'000; ++i) {
    const double wide = static_cast<float>(std::exp2(std::uniform_real_distribution<>(-8.9, 20)(random)));
    const std::string text = fmt::format("{}", wide);
    ASSERT_EQ(read(text), wide) << text;
  }
}

TEST(DecimalText, RandomDigitsAreExact) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 300'000; ++i) {
    const int fraction = std::uniform_int_distribution<>(0, kMaxDecimalFraction)(random);
    const std::uint64_t digits = random() >> std::uniform_int_distribution<unsigned>(0, 63)(random);
    const std::string text = fmt::format("{}e-{}", digits, fraction);
    ASSERT_EQ(decimal_to_double(digits, fraction), std::strtod(text.c_str(), nullptr)) << text;
  }
}

// Halfway between two doubles, one digit above and one below: where a careless reader rounds wrong.
TEST(DecimalText, TiesAreExact) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 100'000; ++i) {
    const int fraction = std::uniform_int_distribution<>(1, 6)(random);
    std::uint64_t scale = 1;
    for (int k = 0; k < fraction; ++k) scale *= 5;
    // m odd of 54 bits over 2^fraction has that many decimals: m * 5^fraction / 10^fraction.
    const std::uint64_t limit = UINT64_MAX / scale;
    std::uint64_t m = ((random() >> 10U) | (std::uint64_t{1} << 53U)) | 1U;
    while (m > limit) m >>= 1U;
    for (const std::int64_t off : {-1, 0, 1}) {
      const std::uint64_t digits = m * scale + static_cast<std::uint64_t>(off);
      const std::string text = fmt::format("{}e-{}", digits, fraction);
      ASSERT_EQ(decimal_to_double(digits, fraction), std::strtod(text.c_str(), nullptr)) << text;
    }
  }
}

}  // namespace
}  // namespace goldtape::provider
