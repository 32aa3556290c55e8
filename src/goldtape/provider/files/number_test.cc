#include "goldtape/provider/files/number.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::provider::files {
namespace {

double read(std::string_view text, char decimal = '.') {
  double value = -12345;
  EXPECT_EQ(parse_decimal(text, decimal, value), NumberFault::kNone) << text;
  return value;
}

NumberFault fault_of(std::string_view text, char decimal = '.') {
  double value = 0;
  return parse_decimal(text, decimal, value);
}

TEST(Number, ReadsPrices) {
  EXPECT_EQ(read("277.27"), 277.27);
  EXPECT_EQ(read("0.0001"), 0.0001);
  EXPECT_EQ(read("-3.5"), -3.5);
  EXPECT_EQ(read("12"), 12.0);
  EXPECT_EQ(read("12."), 12.0);
  EXPECT_EQ(read(".5"), 0.5);
  EXPECT_EQ(read("1.5e3"), 1500.0);
  EXPECT_EQ(read("1E-3"), 0.001);
  EXPECT_EQ(read(" 7.25 "), 7.25);
  EXPECT_EQ(read("1234,5", ','), 1234.5);
  EXPECT_TRUE(std::signbit(read("-0")));
}

TEST(Number, RoundsLongDecimalsToTheNearestDouble) {
  EXPECT_EQ(read("170.4199981689453125"), 170.4199981689453125);
  EXPECT_EQ(read("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(read("0.1000000000000000055511151231257827021181583404541015625"), 0.1);
  EXPECT_EQ(read("99999999999999999999.5"), 99999999999999999999.5);
}

TEST(Number, AgreesWithStrtodOnRandomDecimals) {
  EXPECT_TRUE(rc::check([](std::uint64_t mantissa, bool negative) {
    const auto places = *rc::gen::inRange<std::size_t>(0, 21);
    std::string text = std::to_string(mantissa >> *rc::gen::inRange(0, 63));
    if (places > 0) {
      if (text.size() <= places) text.insert(0, places - text.size() + 1, '0');
      text.insert(text.size() - places, 1, '.');
    }
    if (negative) text.insert(0, 1, '-');
    RC_ASSERT(read(text) == std::strtod(text.c_str(), nullptr));
  }));
}

TEST(Number, RefusesWhatIsNoPrice) {
  for (const char* text :
       {"", " ", "abc", "1.2.3", "1,000.5", "$5", "+5", "--5", "-", ".", "5 USD", "0x10", "1e"}) {
    EXPECT_EQ(fault_of(text), NumberFault::kNotANumber) << text;
  }
  EXPECT_EQ(fault_of("1.5", ','), NumberFault::kNotANumber);
}

TEST(Number, TellsInfiniteFromOutOfRange) {
  for (const char* text : {"inf", "-INF", "Infinity", "nan", "NaN", "-nan"}) {
    EXPECT_EQ(fault_of(text), NumberFault::kNotFinite) << text;
  }
  EXPECT_EQ(fault_of("1e400"), NumberFault::kOutOfRange);
  EXPECT_EQ(fault_of("-1e400"), NumberFault::kOutOfRange);
  EXPECT_EQ(fault_of("1e-400"), NumberFault::kOutOfRange);
}

TEST(Number, ReadsWholeNumbers) {
  const auto fault = [](std::string_view text, std::int64_t wanted = 0) {
    std::int64_t value = 0;
    const NumberFault result = parse_integer(text, '.', value);
    if (result == NumberFault::kNone) {
      EXPECT_EQ(value, wanted) << text;
    }
    return result;
  };
  EXPECT_EQ(fault("1488804", 1488804), NumberFault::kNone);
  EXPECT_EQ(fault("-5", -5), NumberFault::kNone);
  EXPECT_EQ(fault("100.0", 100), NumberFault::kNone);
  EXPECT_EQ(fault(" 7 ", 7), NumberFault::kNone);
  EXPECT_EQ(fault("9223372036854775807", INT64_MAX), NumberFault::kNone);
  EXPECT_EQ(fault("9223372036854775808"), NumberFault::kOutOfRange);
  EXPECT_EQ(fault("100.5"), NumberFault::kFraction);
  EXPECT_EQ(fault("1e6"), NumberFault::kNotANumber);
  EXPECT_EQ(fault("1,000"), NumberFault::kNotANumber);
  EXPECT_EQ(fault(""), NumberFault::kNotANumber);
  EXPECT_EQ(fault("nan"), NumberFault::kNotFinite);
}

}  // namespace
}  // namespace goldtape::provider::files
