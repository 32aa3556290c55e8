#include "goldtape/table/literal.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::table {
namespace {

const Type kPriceType{.id = TypeId::kDecimal, .precision = 18, .scale = 4};

// The bytes of the Iceberg spec, Appendix D.
TEST(Literal, BytesAreThoseOfTheSpec) {
  EXPECT_EQ(to_bytes(true, {.id = TypeId::kBoolean}), std::string("\1", 1));
  EXPECT_EQ(to_bytes(std::int32_t{258}, {.id = TypeId::kInt}), std::string("\2\1\0\0", 4));
  EXPECT_EQ(to_bytes(std::int64_t{-1}, {.id = TypeId::kLong}), std::string(8, '\xff'));
  EXPECT_EQ(to_bytes(1.0, {.id = TypeId::kDouble}), std::string("\0\0\0\0\0\0\xf0\x3f", 8));
  const auto decimal = [](std::int64_t unscaled) {
    return to_bytes(arrow::Decimal128(unscaled), kPriceType);
  };
  EXPECT_EQ(decimal(0), std::string("\0", 1));
  EXPECT_EQ(decimal(127), "\x7f");
  EXPECT_EQ(decimal(128), std::string("\0\x80", 2));
  EXPECT_EQ(decimal(-128), "\x80");
  EXPECT_EQ(decimal(-129), "\xff\x7f");
  EXPECT_EQ(decimal(1'000'000), "\x0f\x42\x40");
}

TEST(Literal, BytesOfWrongLengthAreDamaged) {
  for (const TypeId id : {TypeId::kBoolean, TypeId::kInt, TypeId::kLong, TypeId::kFloat, TypeId::kDouble,
                          TypeId::kDate, TypeId::kTimestampTz, TypeId::kDecimal, TypeId::kUuid}) {
    const Type type{.id = id, .precision = 18, .scale = 4};
    EXPECT_EQ(from_bytes("", type).error().code, 4024) << to_string(type);
    EXPECT_EQ(from_bytes(std::string(17, 'x'), type).error().code, 4024) << to_string(type);
  }
  EXPECT_EQ(from_bytes("x", {.id = TypeId::kStruct}).error().code, 4024);
}

TEST(Literal, PromotedColumnsReadTheirOldBounds) {
  EXPECT_EQ(std::get<std::int64_t>(*from_bytes(std::string("\xfe\xff\xff\xff", 4), {.id = TypeId::kLong})),
            -2);
  EXPECT_EQ(std::get<double>(*from_bytes(to_bytes(1.5F, {.id = TypeId::kFloat}), {.id = TypeId::kDouble})),
            1.5);
}

TEST(LiteralProperty, BytesRoundTrip) {
  const bool held =
      rc::check("from_bytes(to_bytes(x)) == x", [](std::int64_t number, const std::string& text) {
        RC_ASSERT(equal(*from_bytes(to_bytes(number, {.id = TypeId::kLong}), {.id = TypeId::kLong}), number));
        RC_ASSERT(equal(*from_bytes(to_bytes(text, {.id = TypeId::kString}), {.id = TypeId::kString}), text));
        const arrow::Decimal128 decimal(number);
        RC_ASSERT(equal(*from_bytes(to_bytes(decimal, kPriceType), kPriceType), decimal));
        // No shorter two's complement exists: the first byte carries more than the sign.
        const std::string bytes = to_bytes(decimal, kPriceType);
        const bool longer = bytes.size() > 1;
        const auto first = static_cast<unsigned char>(bytes[0]);
        const bool next_negative = longer && (static_cast<unsigned char>(bytes[1]) & 0x80) != 0;
        RC_ASSERT(!longer || !(first == 0 && !next_negative));
        RC_ASSERT(!longer || !(first == 0xff && next_negative));
      });
  EXPECT_TRUE(held);
}

TEST(Literal, ConvertsWhatPeopleWrite) {
  EXPECT_EQ(std::get<arrow::Decimal128>(*convert(170.23, kPriceType)), arrow::Decimal128(1'702'300));
  EXPECT_EQ(std::get<arrow::Decimal128>(*convert(literal("-0.5"), kPriceType)), arrow::Decimal128(-5'000));
  EXPECT_EQ(std::get<arrow::Decimal128>(*convert(std::int64_t{3}, kPriceType)), arrow::Decimal128(30'000));
  EXPECT_EQ(std::get<std::int32_t>(*convert(literal("2019-02-11"), {.id = TypeId::kDate})), 17'938);
  EXPECT_EQ(std::get<std::int64_t>(*convert(literal("1970-01-01T00:00:01Z"), {.id = TypeId::kTimestampTz})),
            1'000'000);
  EXPECT_EQ(std::get<std::int32_t>(*convert(5.0, {.id = TypeId::kInt})), 5);
  EXPECT_EQ(std::get<double>(*convert(std::int32_t{5}, {.id = TypeId::kDouble})), 5.0);
}

TEST(Literal, RefusesWhatWouldNotBeExact) {
  EXPECT_EQ(convert(5.5, {.id = TypeId::kInt}).error().code, 4031);
  EXPECT_EQ(convert(std::int64_t{1} << 40, {.id = TypeId::kInt}).error().code, 4031);
  EXPECT_EQ(convert(0.00001, kPriceType).error().code, 4031);
  EXPECT_EQ(convert(literal("twelve"), kPriceType).error().code, 4031);
  EXPECT_EQ(convert(literal("2019-02-30"), {.id = TypeId::kDate}).error().code, 4031);
  EXPECT_EQ(convert(std::numeric_limits<double>::infinity(), kPriceType).error().code, 4031);
  EXPECT_EQ(convert(Literal{}, {.id = TypeId::kInt}).error().code, 4031);
}

TEST(Literal, NanIsGreatestAndZerosAreEqual) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(compare(nan, std::numeric_limits<double>::infinity()) > 0);
  EXPECT_TRUE(compare(nan, nan) == 0);
  EXPECT_TRUE(compare(-0.0, 0.0) == 0);
  EXPECT_FALSE(equal(Literal{}, std::int32_t{0}));
}

}  // namespace
}  // namespace goldtape::table
