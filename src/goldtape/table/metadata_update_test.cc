#include "goldtape/table/metadata_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldtape/table/rest_messages.h"
#include "goldtape/table/table_metadata_json.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

using ::testing::HasSubstr;

const Timestamp kNow = from_micros(1'700'000'000'000'000);

TableMetadata bars_metadata() { return *new_metadata(test::bars_spec(), "file:///w/bronze/bars", kNow); }

Snapshot snapshot(std::int64_t id, std::int64_t sequence, std::optional<std::int64_t> parent = {}) {
  return {.snapshot_id = id,
          .parent_snapshot_id = parent,
          .sequence_number = sequence,
          .timestamp_ms = 1'700'000'000'000 + sequence,
          .manifest_list = "file:///w/bronze/bars/metadata/snap.avro",
          .operation = "append",
          .summary = {{"added-records", "1"}},
          .schema_id = 0};
}

SnapshotRef ref(std::int64_t id, bool is_tag = false, std::optional<std::int64_t> max_age_ms = {}) {
  SnapshotRef ref;
  ref.snapshot_id = id;
  ref.is_tag = is_tag;
  ref.max_ref_age_ms = max_age_ms;
  return ref;
}

/// Metadata with snapshots 1, 2, 3, of which 3 is current.
TableMetadata with_snapshots() {
  return *apply(
      bars_metadata(),
      {AddSnapshot{snapshot(1, 1)}, SetSnapshotRef{"main", ref(1)}, AddSnapshot{snapshot(2, 2, 1)},
       SetSnapshotRef{"main", ref(2)}, AddSnapshot{snapshot(3, 3, 2)}, SetSnapshotRef{"main", ref(3)}},
      kNow);
}

std::uint16_t code_of(const TableMetadata& base, const std::vector<MetadataUpdate>& updates) {
  const auto next = apply(base, updates, kNow);
  return next ? std::uint16_t{0} : next.error().code;
}

TEST(MetadataUpdate, AddsASchemaWithTheNextIdOrFindsTheSame) {
  Schema wider = test::bars_schema();
  wider.schema_id = 77;
  wider.fields.push_back(
      {.id = 7, .name = "vwap", .type = {.id = TypeId::kDouble}, .required = false, .doc = ""});
  const auto next = apply(bars_metadata(), {AddSchema{wider}, SetCurrentSchema{kLastAdded}}, kNow);
  ASSERT_TRUE(next.has_value()) << next.error().to_string();
  EXPECT_EQ(next->current_schema_id, 1);
  EXPECT_EQ(next->last_column_id, 7);
  const auto same = apply(*next, {AddSchema{test::bars_schema()}, SetCurrentSchema{kLastAdded}}, kNow);
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(same->current_schema_id, 0);
  EXPECT_EQ(same->schemas.size(), 2U);
}

TEST(MetadataUpdate, GivesNewPartitionFieldsTheirIds) {
  const Transform month{.kind = TransformKind::kMonth};
  PartitionSpec spec{.fields = {{.source_id = 1, .name = "interval", .transform = {}},
                                {.source_id = 3, .name = "month", .transform = month}}};
  const auto next = apply(bars_metadata(), {AddPartitionSpec{spec}, SetDefaultSpec{kLastAdded}}, kNow);
  ASSERT_TRUE(next.has_value()) << next.error().to_string();
  EXPECT_EQ(next->default_spec_id, 2);
  EXPECT_EQ(next->default_spec().fields[0].field_id, 1000);  // As in the other specs.
  EXPECT_EQ(next->default_spec().fields[1].field_id, 1003);
  EXPECT_EQ(next->last_partition_id, 1003);
}

TEST(MetadataUpdate, MovesTheBranchAndKeepsItsLog) {
  const TableMetadata m = with_snapshots();
  EXPECT_EQ(m.current_snapshot_id, 3);
  EXPECT_EQ(m.last_sequence_number, 3);
  EXPECT_EQ(m.last_updated_ms, 1'700'000'000'003);
  ASSERT_EQ(m.snapshot_log.size(), 3U);
  const auto back = apply(m, {SetSnapshotRef{"main", ref(1)}}, kNow);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->current_snapshot_id, 1);
  EXPECT_EQ(back->snapshot_log.back().timestamp_ms, 1'700'000'000'003) << "not before the entry before it";
}

TEST(MetadataUpdate, AClockThatRanBackDoesNotTakeTheTableAlong) {
  const Timestamp day_before = kNow - std::chrono::days(1);
  const TableMetadata m = with_snapshots();
  Snapshot late = snapshot(4, 4, 3);
  late.timestamp_ms -= 86'400'000;  // As another program's clock said.
  const auto next = apply(m, {AddSnapshot{late}, SetProperties{{{"owner", "me"}}}}, day_before);
  ASSERT_TRUE(next.has_value()) << next.error().to_string();
  EXPECT_EQ(next->last_updated_ms, m.last_updated_ms);
  const auto back = apply(m, {SetSnapshotRef{"main", ref(1)}}, day_before);
  EXPECT_EQ(back->snapshot_log.back().timestamp_ms, m.last_updated_ms);
}

TEST(MetadataUpdate, ForgetsSnapshotsAndWhatHungOnThem) {
  TableMetadata m = with_snapshots();
  m = *apply(m, {SetSnapshotRef{"tag", ref(2, true)}, SetStatistics{2, R"({"snapshot-id":2})", false}}, kNow);
  EXPECT_THAT(to_json(m), HasSubstr(R"("statistics":[{"snapshot-id":2}])"));
  const auto next = apply(m, {RemoveSnapshots{{1, 2}}}, kNow);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->snapshots.size(), 1U);
  EXPECT_FALSE(next->refs.contains("tag"));
  EXPECT_EQ(next->snapshot_log.size(), 1U);
  EXPECT_EQ(next->statistics_json, "");
  EXPECT_EQ(code_of(m, {RemoveSnapshots{{3}}}), 4302);
}

TEST(MetadataUpdate, RefusesWhatTheTableDoesNotAllow) {
  const TableMetadata m = with_snapshots();
  EXPECT_EQ(code_of(m, {AssignUuid{"other"}}), 4302);
  EXPECT_EQ(code_of(m, {UpgradeFormatVersion{3}}), 4021);
  EXPECT_EQ(code_of(m, {SetCurrentSchema{kLastAdded}}), 4302);
  EXPECT_EQ(code_of(m, {SetCurrentSchema{9}}), 4302);
  EXPECT_EQ(code_of(m, {SetDefaultSpec{9}}), 4302);
  EXPECT_EQ(code_of(m, {SetDefaultSortOrder{9}}), 4302);
  EXPECT_EQ(code_of(m, {AddSnapshot{snapshot(3, 9, 2)}}), 4302);  // Known.
  EXPECT_EQ(code_of(m, {AddSnapshot{snapshot(4, 3, 3)}}), 4301);  // Not after the last one.
  EXPECT_EQ(code_of(m, {SetSnapshotRef{"main", ref(9)}}), 4302);
  EXPECT_EQ(code_of(m, {SetSnapshotRef{"main", ref(3, true)}}), 4302);
  EXPECT_EQ(code_of(m, {RemoveSchemas{{0}}}), 4302);
  EXPECT_EQ(code_of(m, {RemovePartitionSpecs{{0}}}), 4302);
  PartitionSpec nowhere{
      .fields = {{.source_id = 99, .name = "x", .transform = {.kind = TransformKind::kMonth}}}};
  EXPECT_NE(code_of(bars_metadata(), {AddPartitionSpec{nowhere}}), 0);
  EXPECT_NE(code_of(empty_metadata(), {AssignUuid{"u"}}), 0);  // Nothing of a table.
}

TEST(Requirement, HoldsOrSaysWhatIsThere) {
  using Kind = Requirement::Kind;
  const TableMetadata m = with_snapshots();
  const auto requirements = requirements_for(
      m, {AddSchema{}, AddPartitionSpec{}, SetSnapshotRef{"new", ref(3)}, RemoveSnapshots{}});
  EXPECT_EQ(requirements.size(), 8U);
  for (const Requirement& requirement : requirements) EXPECT_TRUE(check(requirement, &m).has_value());
  EXPECT_EQ(requirements_for(m, {AddSnapshot{}}).size(), 5U);
  const TableMetadata moved = *apply(m, {SetSnapshotRef{"main", ref(1)}}, kNow);
  EXPECT_FALSE(check(requirements_for(m, {})[1], &moved).has_value());
  EXPECT_FALSE(check({.kind = Kind::kCreate}, &m).has_value());
  EXPECT_TRUE(check({.kind = Kind::kCreate}, nullptr).has_value());
  EXPECT_FALSE(check({.kind = Kind::kTableUuid, .text = m.table_uuid}, nullptr).has_value());
  const Status stale = check({.kind = Kind::kRefSnapshotId, .text = "main", .id = 2}, &m);
  ASSERT_FALSE(stale.has_value());
  EXPECT_EQ(stale.error().code, 4301);
  EXPECT_THAT(stale.error().message, HasSubstr("is 3, expected 2"));
  EXPECT_FALSE(check({.kind = Kind::kRefSnapshotId, .text = "main"}, &m).has_value());
  EXPECT_TRUE(check({.kind = Kind::kRefSnapshotId, .text = "none"}, &m).has_value());
  for (const Kind kind : {Kind::kLastAssignedFieldId, Kind::kCurrentSchemaId, Kind::kLastAssignedPartitionId,
                          Kind::kDefaultSpecId, Kind::kDefaultSortOrderId}) {
    EXPECT_FALSE(check({.kind = kind, .id = 12345}, &m).has_value());
  }
}

/// Through JSON, as a commit goes: the server's metadata must come out as the client's.
void expect_round_trip(const TableMetadata& base, TableMetadata next) {
  const auto updates = updates_between(base, next);
  ASSERT_TRUE(updates.has_value()) << updates.error().to_string();
  const auto sent = rest::parse_table_change(rest::to_json(rest::TableChangeMessage{
      .name = {}, .requirements = requirements_for(base, *updates), .updates = *updates}));
  ASSERT_TRUE(sent.has_value()) << sent.error().to_string();
  EXPECT_EQ(sent->requirements, requirements_for(base, *updates));
  auto there = apply(base, sent->updates, kNow);
  ASSERT_TRUE(there.has_value()) << there.error().to_string();
  there->last_updated_ms = next.last_updated_ms;
  there->snapshot_log = next.snapshot_log;
  EXPECT_EQ(to_json(*there), to_json(next));
}

TEST(UpdatesBetween, LeadFromOneToTheOther) {
  const TableMetadata base = with_snapshots();
  expect_round_trip(base, base);
  TableMetadata next = *apply(base,
                              {AddSnapshot{snapshot(4, 4, 3)}, SetSnapshotRef{"main", ref(4)},
                               SetSnapshotRef{"daily", ref(3, true, 5)},
                               SetProperties{{{"a", "1"}, {"b", "2"}}}, RemoveSnapshots{{1}}},
                              kNow);
  expect_round_trip(base, next);
  Schema wider = test::bars_schema();
  wider.fields.push_back(
      {.id = 7, .name = "vwap", .type = {.id = TypeId::kDouble}, .required = false, .doc = "d"});
  const SortOrder order{
      .fields = {{.source_id = 4, .transform = {}, .descending = true, .nulls_first = false}}};
  next = *apply(next,
                {AddSchema{wider}, SetCurrentSchema{kLastAdded}, AddPartitionSpec{PartitionSpec{}},
                 SetDefaultSpec{kLastAdded}, AddSortOrder{order}, SetDefaultSortOrder{kLastAdded},
                 RemoveProperties{{"a"}}, RemoveSnapshotRef{"daily"}, RemovePartitionSpecs{{1}},
                 SetLocation{"file:///w/moved/"}},
                kNow);
  expect_round_trip(base, next);
  expect_round_trip(empty_metadata(), bars_metadata());
}

TEST(FreshIds, CountAStructsFieldsBeforeWhatIsInside) {
  TableSpec spec;
  spec.schema.fields = {
      {.id = 10,
       .name = "a",
       .type =
           {.id = TypeId::kStruct,
            .fields = {{.id = 30, .name = "x", .type = {.id = TypeId::kLong}, .required = false, .doc = ""}}},
       .required = false,
       .doc = ""},
      {.id = 0, .name = "b", .type = {.id = TypeId::kDate}, .required = true, .doc = ""}};
  spec.schema.identifier_field_ids = {0};
  spec.specs = {{.fields = {{.source_id = 0, .name = "b", .transform = {}}}}};
  spec.sort_order.fields = {{.source_id = 30, .transform = {}}};
  const auto fresh = with_fresh_ids(spec);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(fresh->schema.fields[0].id, 1);
  EXPECT_EQ(fresh->schema.fields[1].id, 2);
  EXPECT_EQ(fresh->schema.fields[0].type.fields[0].id, 3);
  EXPECT_EQ(fresh->schema.identifier_field_ids, std::vector<std::int32_t>{2});
  EXPECT_EQ(fresh->specs[0].fields[0].source_id, 2);
  EXPECT_EQ(fresh->sort_order.fields[0].source_id, 3);
  spec.sort_order.fields[0].source_id = 99;
  EXPECT_EQ(with_fresh_ids(spec).error().code, 4302);
}

TEST(RestMessages, RefuseNamesThatWouldClimbOrMislead) {
  for (const char* bad : {"", ".", "..", "a/b", "a\\b", "a.b", "a\nb"})
    EXPECT_EQ(rest::check_name(bad).error().code, 4303) << bad;
  EXPECT_TRUE(rest::check_name("bars 1m_ä").has_value());
  EXPECT_EQ(*rest::space_from_path("a\x1f"
                                   "b"),
            "a.b");
  EXPECT_EQ(rest::space_to_path("a.b"),
            "a\x1f"
            "b");
  EXPECT_FALSE(rest::space_from_path("a\x1f").has_value());
  EXPECT_EQ(rest::parse_namespace(R"({"namespace":["a",".."]})").error().code, 4303);
  EXPECT_EQ(rest::parse_namespace(R"({"namespace":[]})").error().code, 4303);
  EXPECT_EQ(
      rest::parse_rename_table(
          R"({"source":{"namespace":["a"],"name":"b"},"destination":{"namespace":["a"],"name":"../x"}})")
          .error()
          .code,
      4303);
}

TEST(RestMessages, NameWhatTheyDoNotKnow) {
  const auto code = [](const char* json) { return rest::parse_table_change(json).error(); };
  auto error = code(R"({"requirements":[],"updates":[{"action":"add-encryption-key","encryption-key":{}}]})");
  EXPECT_EQ(error.code, 4304);
  EXPECT_THAT(error.message, HasSubstr("add-encryption-key"));
  EXPECT_EQ(code(R"({"requirements":[{"type":"assert-moon"}],"updates":[]})").code, 4304);
  EXPECT_EQ(
      code(
          R"({"requirements":[],"updates":[{"action":"add-snapshot","snapshot":{"snapshot-id":1,"sequence-number":1,"timestamp-ms":1,"manifest-list":"x","first-row-id":0}}]})")
          .code,
      4021);
  EXPECT_EQ(code(R"({"updates":[]})").code, 4020);
  EXPECT_EQ(code("[").code, 4020);
  EXPECT_EQ(rest::parse_create_table(
                R"({"name":"t","schema":{"type":"struct","fields":[]},"properties":{"format-version":"3"}})")
                .error()
                .code,
            4021);
}

TEST(RestMessages, ReadWhatTheyWrite) {
  const rest::LoadedTable table{
      .metadata_location = "file:///m \"x\".json", .metadata = with_snapshots(), .config = {{"k", "v"}}};
  const auto read = rest::parse_loaded_table(rest::to_json(table));
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(read->metadata_location, table.metadata_location);
  EXPECT_EQ(read->config, table.config);
  EXPECT_EQ(to_json(read->metadata), to_json(table.metadata));
  const auto page =
      rest::parse_names(R"({"identifiers":[{"namespace":["a","b"],"name":"t"}],"next-page-token":"x"})");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->tables[0].to_string(), "a.b.t");
  EXPECT_EQ(page->next_page_token, "x");
  EXPECT_EQ(rest::parse_error("<html>no").message, "<html>no");
  EXPECT_EQ(rest::parse_error(rest::to_json(rest::ErrorMessage{"m", "T"}, 404)).type, "T");
}

}  // namespace
}  // namespace goldtape::table
