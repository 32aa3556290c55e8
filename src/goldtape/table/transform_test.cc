#include "goldtape/table/transform.h"

#include <gtest/gtest.h>

#include "goldtape/table/partition_spec.h"

namespace goldtape::table {
namespace {

const Type kIntType{.id = TypeId::kInt};
constexpr std::int64_t kInstant = 1'510'871'468'000'000;  // 2017-11-16T22:31:08Z

Transform parsed(std::string_view text) { return *parse_transform(text); }

TEST(Transform, NamesRoundTrip) {
  for (const char* name : {"identity", "bucket[16]", "truncate[4]", "year", "month", "day", "hour", "void"}) {
    auto transform = parse_transform(name);
    ASSERT_TRUE(transform.has_value()) << name;
    EXPECT_EQ(to_string(*transform), name);
  }
  for (const char* name :
       {"", "bucket", "bucket[0]", "bucket[-1]", "bucket[x]", "bucket[1", "years", "zorder"}) {
    EXPECT_EQ(parse_transform(name).error().code, 4021) << name;
  }
}

// The values of the Iceberg spec, Appendix B.
TEST(Transform, BucketHashesAreThoseOfTheSpec) {
  const auto hash = [](const Literal& value, const Type& type) {
    // bucket[2^31 - 1] is the hash but for its sign bit and one value.
    return std::get<std::int32_t>(apply({TransformKind::kBucket, 0x7fffffff}, value, type));
  };
  const auto positive = [](std::int32_t value) { return value & 0x7fffffff; };
  EXPECT_EQ(hash(std::int32_t{34}, {.id = TypeId::kInt}), 2017239379);
  EXPECT_EQ(hash(std::int64_t{34}, {.id = TypeId::kLong}), 2017239379);
  EXPECT_EQ(hash(arrow::Decimal128(1420), {.id = TypeId::kDecimal, .precision = 9, .scale = 2}),
            positive(-500754589));
  EXPECT_EQ(hash(std::int32_t{17486}, {.id = TypeId::kDate}), positive(-653330422));
  EXPECT_EQ(hash(std::int64_t{81'068'000'000}, {.id = TypeId::kTime}), positive(-662762989));
  EXPECT_EQ(hash(kInstant, {.id = TypeId::kTimestamp}), positive(-2047944441));
  EXPECT_EQ(hash(literal("iceberg"), {.id = TypeId::kString}), 1210000089);
  const std::string uuid("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7", 16);
  EXPECT_EQ(hash(uuid, {.id = TypeId::kUuid}), 1488055340);
  EXPECT_EQ(hash(std::string("\x00\x01\x02\x03", 4), {.id = TypeId::kBinary}), positive(-188683207));
}

TEST(Transform, TruncateRoundsDownAlsoBelowZero) {
  const Transform ten = parsed("truncate[10]");
  EXPECT_EQ(std::get<std::int32_t>(apply(ten, std::int32_t{1}, kIntType)), 0);
  EXPECT_EQ(std::get<std::int32_t>(apply(ten, std::int32_t{-1}, kIntType)), -10);
  EXPECT_EQ(std::get<std::int64_t>(apply(ten, std::int64_t{-10}, {.id = TypeId::kLong})), -10);
  const Type decimal{.id = TypeId::kDecimal, .precision = 9, .scale = 2};
  EXPECT_EQ(std::get<arrow::Decimal128>(apply(parsed("truncate[50]"), arrow::Decimal128(1065), decimal)),
            arrow::Decimal128(1050));
  EXPECT_EQ(std::get<arrow::Decimal128>(apply(parsed("truncate[50]"), arrow::Decimal128(-5), decimal)),
            arrow::Decimal128(-50));
  EXPECT_EQ(std::get<std::string>(apply(parsed("truncate[3]"), literal("iceberg"), {.id = TypeId::kString})),
            "ice");
  EXPECT_EQ(std::get<std::string>(apply(parsed("truncate[2]"), literal("éàx"), {.id = TypeId::kString})),
            "éà");
}

TEST(Transform, DatesAndInstantsBeforeTheEpochRoundDown) {
  const Type date{.id = TypeId::kDate};
  const Type instant{.id = TypeId::kTimestampTz};
  const auto of = [](const char* transform, const Literal& value, const Type& type) {
    return std::get<std::int32_t>(apply(parsed(transform), value, type));
  };
  EXPECT_EQ(of("year", std::int32_t{17486}, date), 47);
  EXPECT_EQ(of("month", std::int32_t{17486}, date), 574);
  EXPECT_EQ(of("day", kInstant, instant), 17486);
  EXPECT_EQ(of("hour", kInstant, instant), 419686);
  EXPECT_EQ(of("year", std::int32_t{-1}, date), -1);
  EXPECT_EQ(of("month", std::int32_t{-1}, date), -1);
  EXPECT_EQ(of("day", std::int64_t{-1}, instant), -1);
  EXPECT_EQ(of("hour", std::int64_t{-1}, instant), -1);
}

TEST(Transform, NullAndVoidGiveNull) {
  for (const char* name : {"identity", "bucket[4]", "truncate[4]", "void"}) {
    EXPECT_TRUE(holds_null(apply(parsed(name), Literal{}, kIntType))) << name;
  }
  EXPECT_TRUE(holds_null(apply(parsed("void"), std::int32_t{3}, kIntType)));
}

TEST(Transform, RefusesTypesItCannotTake) {
  EXPECT_EQ(result_type(parsed("month"), {.id = TypeId::kString}).error().code, 4032);
  EXPECT_EQ(result_type(parsed("hour"), {.id = TypeId::kDate}).error().code, 4032);
  EXPECT_EQ(result_type(parsed("bucket[4]"), {.id = TypeId::kDouble}).error().code, 4032);
  EXPECT_EQ(result_type(parsed("truncate[4]"), {.id = TypeId::kDate}).error().code, 4032);
  EXPECT_EQ(result_type(parsed("day"), {.id = TypeId::kTimestamp})->id, TypeId::kDate);
}

TEST(Transform, HumanStringsAreThoseOfPaths) {
  const Type instant{.id = TypeId::kTimestampTz};
  EXPECT_EQ(to_human_string(parsed("month"), std::int32_t{574}, instant), "2017-11");
  EXPECT_EQ(to_human_string(parsed("month"), std::int32_t{-1}, instant), "1969-12");
  EXPECT_EQ(to_human_string(parsed("year"), std::int32_t{47}, instant), "2017");
  EXPECT_EQ(to_human_string(parsed("day"), std::int32_t{17486}, instant), "2017-11-16");
  EXPECT_EQ(to_human_string(parsed("hour"), std::int32_t{419686}, instant), "2017-11-16-22");
  EXPECT_EQ(to_human_string(parsed("identity"), Literal{}, instant), "null");
}

TEST(PartitionSpec, PathsAreEncodedAsOtherWritersDo) {
  Schema schema;
  schema.fields = {{.id = 1, .name = "t", .type = {.id = TypeId::kString}, .required = false, .doc = ""}};
  const PartitionSpec spec{.spec_id = 0,
                           .fields = {{.source_id = 1, .field_id = 1000, .name = "t x", .transform = {}}}};
  EXPECT_EQ(spec.path({literal("a/b c=é")}, schema), "t+x=a%2Fb+c%3D%C3%A9");
  EXPECT_EQ(spec.path({Literal{}}, schema), "t+x=null");
}

}  // namespace
}  // namespace goldtape::table
