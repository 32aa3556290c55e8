#include "goldtape/table/table_metadata_json.h"

#include <arrow/type.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/model/table_def.h"
#include "goldtape/table/location.h"

namespace goldtape::table {
namespace {

// The example of the Iceberg spec's own tests for version 2, shortened.
constexpr const char* kSpecExample = R"({"format-version":2,
"table-uuid":"9c12d441-03fe-4693-9a96-a0705ddf69c1","location":"s3://bucket/test/location/",
"last-sequence-number":34,"last-updated-ms":1602638573590,"last-column-id":3,"current-schema-id":1,
"schemas":[{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"x","required":true,"type":"long"}]},
{"type":"struct","schema-id":1,"identifier-field-ids":[1,2],"fields":[
{"id":1,"name":"x","required":true,"type":"long"},
{"id":2,"name":"y","required":true,"type":"long","doc":"comment"},
{"id":3,"name":"z","required":true,"type":{"type":"map","key-id":4,"key":"string","value-id":5,
"value-required":false,"value":{"type":"list","element-id":6,"element-required":true,"element":"fixed[4]"}}}]}],
"default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[{"name":"x","transform":"bucket[16]","source-id":1,
"field-id":1000}]}],"last-partition-id":1000,"default-sort-order-id":3,"sort-orders":[{"order-id":3,"fields":[
{"transform":"identity","source-id":2,"direction":"asc","null-order":"nulls-first"},
{"transform":"bucket[4]","source-id":3,"direction":"desc","null-order":"nulls-last"}]}],
"properties":{"a":"b"},"current-snapshot-id":3055729675574597004,"snapshots":[
{"snapshot-id":3051729675574597004,"timestamp-ms":1515100955770,"sequence-number":0,
"summary":{"operation":"append"},"manifest-list":"s3://a/b/1.avro"},
{"snapshot-id":3055729675574597004,"parent-snapshot-id":3051729675574597004,"timestamp-ms":1555100955770,
"sequence-number":1,"summary":{"operation":"append","k":"v"},"manifest-list":"s3://a/b/2.avro","schema-id":1}],
"snapshot-log":[{"snapshot-id":3051729675574597004,"timestamp-ms":1515100955770}],
"metadata-log":[{"metadata-file":"s3://x/1.json","timestamp-ms":1}],
"refs":{"t":{"snapshot-id":3051729675574597004,"type":"tag","max-ref-age-ms":10}}})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(TableMetadataJson, ReadsTheSpecsExample) {
  const auto m = parse_table_metadata(kSpecExample);
  ASSERT_TRUE(m.has_value()) << m.error().to_string();
  EXPECT_EQ(m->location, "s3://bucket/test/location");
  EXPECT_EQ(m->schema().schema_id, 1);
  EXPECT_EQ(to_string(m->schema().find("z")->type), "map<string, list<fixed[4]>>");
  EXPECT_EQ(m->schema().find(6)->name, "element");
  EXPECT_EQ(m->schema().identifier_field_ids, (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(m->default_spec().fields[0].transform, (Transform{TransformKind::kBucket, 16}));
  EXPECT_TRUE(m->default_sort_order().fields[1].descending);
  EXPECT_EQ(m->current_snapshot()->summary.at("k"), "v");
  EXPECT_EQ(m->current_snapshot()->operation, "append");
  EXPECT_EQ(m->refs.at("main").snapshot_id, 3055729675574597004);
  EXPECT_TRUE(m->refs.at("t").is_tag);
}

TEST(TableMetadataJson, WhatIsWrittenIsReadAgain) {
  const auto m = parse_table_metadata(kSpecExample);
  const std::string once = to_json(*m);
  const auto again = parse_table_metadata(once);
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  EXPECT_EQ(to_json(*again), once);
  EXPECT_EQ(again->snapshots, m->snapshots);
  EXPECT_EQ(again->refs, m->refs);
  EXPECT_EQ(again->sort_orders, m->sort_orders);
}

TEST(TableMetadataJson, FaultsSayWhere) {
  const auto code_of = [](const std::string& json) { return parse_table_metadata(json).error().code; };
  EXPECT_EQ(code_of(""), 4020);
  EXPECT_EQ(code_of("[]"), 4020);
  EXPECT_EQ(code_of(R"({"format-version":3})"), 4021);
  EXPECT_EQ(code_of(replaced(kSpecExample, "bucket[16]", "zorder[2]")), 4021);
  EXPECT_EQ(code_of(replaced(kSpecExample, "\"long\",\"doc\"", "\"variant\",\"doc\"")), 4021);
  EXPECT_EQ(code_of(replaced(kSpecExample, "\"current-schema-id\":1", "\"current-schema-id\":9")), 4020);
  EXPECT_EQ(code_of(replaced(kSpecExample, "\"default-spec-id\":0", "\"default-spec-id\":9")), 4020);
  EXPECT_EQ(code_of(replaced(kSpecExample, "\"id\":2,", "\"id\":1,")), 4020);
  EXPECT_EQ(code_of(replaced(kSpecExample, "\"current-snapshot-id\":3055729675574597004",
                             "\"current-snapshot-id\":5")),
            4020);
  const auto error =
      parse_table_metadata(replaced(kSpecExample, "\"id\":2,\"name\":\"y\"", "\"id\":2,\"name\":7")).error();
  EXPECT_NE(error.message.find("/schemas/1/fields/1/name"), std::string::npos) << error.message;
  const auto wide =
      parse_table_metadata(replaced(kSpecExample, "\"last-column-id\":3", "\"last-column-id\":99999999999"));
  EXPECT_NE(wide.error().message.find("/last-column-id"), std::string::npos);
}

TEST(TableMetadataJson, DepthIsBounded) {
  std::string type = "\"int\"";
  for (int i = 0; i < 5000; ++i)
    type = R"({"type":"list","element-id":1,"element-required":true,"element":)" + type + "}";
  EXPECT_EQ(
      parse_schema(R"({"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":)" + type + "}]}")
          .error()
          .code,
      4020);
}

TEST(TableMetadataJsonProperty, DamagedTextNeverCrashes) {
  const bool held = rc::check("any change gives metadata or an error", [] {
    std::string json = kSpecExample;
    const int changes = *rc::gen::inRange(1, 5);
    for (int i = 0; i < changes; ++i) {
      json[*rc::gen::inRange<std::size_t>(0, json.size())] =
          *rc::gen::elementOf(std::string("{}[]\",:0-9en\\x"));
    }
    const auto m = parse_table_metadata(json);
    if (m) RC_ASSERT(parse_table_metadata(to_json(*m)).has_value());
  });
  EXPECT_TRUE(held);
}

TEST(TableMetadata, EveryTableOfTheLakeCanBeMade) {
  for (const model::TableDef& def : model::tables()) {
    const auto spec = table_spec_of(def);
    ASSERT_TRUE(spec.has_value()) << def.qualified_name() << ": " << spec.error().to_string();
    const auto m = new_metadata(*spec, "file:///lake/" + def.name, from_micros(1'000'000));
    ASSERT_TRUE(m.has_value()) << def.qualified_name() << ": " << m.error().to_string();
    EXPECT_TRUE(check(*m));
    EXPECT_TRUE(to_arrow(m->schema())->Equals(*model::arrow_schema(def), false)) << def.qualified_name();
    EXPECT_EQ(to_json(*parse_table_metadata(to_json(*m))), to_json(*m));
  }
}

TEST(TableMetadata, EqualPartitionFieldsOfTwoSpecsShareTheirId) {
  const auto def = model::find_table("bronze.bars");
  const auto m = new_metadata(*table_spec_of(**def), "file:///lake/bars", from_micros(0));
  ASSERT_GE(m->partition_specs.size(), 2U);
  const PartitionSpec* narrow = m->find_spec_by_columns({"interval", "ticker", "date"});
  ASSERT_NE(narrow, nullptr);
  EXPECT_EQ(m->default_spec().fields[0].field_id, narrow->fields[0].field_id);
  EXPECT_EQ(m->default_spec().fields[1].field_id, narrow->fields[2].field_id);
}

TEST(Location, FormsOfTheSameFileAreOne) {
  EXPECT_EQ(*to_path("file:///lake/x y"), "/lake/x y");
  EXPECT_EQ(*to_path("file:/lake/x"), "/lake/x");
  EXPECT_EQ(*to_path("file://localhost/lake/x"), "/lake/x");
  EXPECT_EQ(*to_path("/lake/x"), "/lake/x");
  EXPECT_EQ(normalise_location("file:/lake//x"), normalise_location("file:///lake/x"));
  EXPECT_EQ(*to_path("s3://bucket/x y"), "s3://bucket/x y");
  EXPECT_EQ(*to_path("s3a://bucket/x"), "s3://bucket/x");
  EXPECT_EQ(to_location("s3://bucket/x"), "s3://bucket/x");
  EXPECT_EQ(normalise_location("s3n://bucket//x"), normalise_location("s3://bucket/x"));
  EXPECT_NE(normalise_location("s3://bucket/x"), normalise_location("/bucket/x"));
  EXPECT_EQ(to_path("s3:///x").error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(to_path("s3://bucket/../x").error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(to_path("gs://bucket/x").error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(to_path("lake/x").error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(to_path("file:///lake/../etc/passwd").error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(to_path("file:///lake/a..b")->size(), 10U);
  EXPECT_NE(new_uuid(), new_uuid());
  EXPECT_EQ(new_uuid().size(), 36U);
}

}  // namespace
}  // namespace goldtape::table
