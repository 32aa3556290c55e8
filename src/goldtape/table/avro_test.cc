#include "goldtape/table/avro.h"

#include <functional>

#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <zlib.h>

#include "goldtape/table/manifest_avro.h"

namespace goldtape::table {
namespace {

constexpr const char* kSchema = R"({"type":"record","name":"r","fields":[
  {"name":"n","type":"long","field-id":1},
  {"name":"s","type":["null","string"],"default":null,"field-id":2},
  {"name":"a","type":{"type":"array","items":"int","element-id":4},"field-id":3}]})";

std::string sample_file(avro::Codec codec, int rows) {
  avro::Writer out(kSchema, {{"k", "v"}}, codec);
  for (int i = 0; i < rows; ++i) {
    out.write_long(i - 5);
    out.write_long(i % 2);
    if (i % 2 == 1) out.write_bytes("row " + std::to_string(i));
    out.write_long(2);
    out.write_long(i);
    out.write_long(-i);
    out.write_long(0);
    out.end_row();
  }
  return *out.finish();
}

int check_rows(const avro::File& file) {
  int i = 0;
  const Status read = avro::read_rows(file, [&](avro::Cursor& in) -> Status {
    EXPECT_EQ(in.read_long(), i - 5);
    const avro::Schema* branch = in.read_branch(*file.schema->fields[1].type);
    if (branch != nullptr && branch->kind == avro::Kind::kString) {
      EXPECT_EQ(in.read_bytes(), "row " + std::to_string(i));
    }
    std::vector<std::int64_t> items;
    in.read_items(*file.schema->fields[2].type, [&] { items.push_back(in.read_long()); });
    EXPECT_EQ(items, (std::vector<std::int64_t>{i, -i}));
    ++i;
    return {};
  });
  EXPECT_TRUE(read) << read.error().to_string();
  return i;
}

// The same file with its one block compressed by another codec.
std::string recoded(const std::string& name, const std::function<std::string(const std::string&)>& compress) {
  const avro::File plain = *avro::read_avro(sample_file(avro::Codec::kNull, 10));
  avro::Writer header(kSchema, {}, avro::Codec::kNull);
  std::string file = *header.finish();
  const std::string sync = file.substr(file.size() - 16);
  const std::size_t at = file.find("avro.codec") + 10;
  file.replace(at, 5, std::string(1, static_cast<char>(name.size() * 2)) + name);  // Length 4 and "null".
  std::string body = compress(plain.blocks.at(0).bytes);
  const auto varint = [](std::size_t value) {
    std::string text;
    for (value *= 2; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
    return text + static_cast<char>(value);
  };
  return file + varint(10) + varint(body.size()) + body + sync;
}

std::string by_arrow(arrow::Compression::type type, const std::string& bytes) {
  const auto codec = *arrow::util::Codec::Create(type);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto size = static_cast<std::int64_t>(bytes.size());
  std::string out(static_cast<std::size_t>(codec->MaxCompressedLen(size, data)), '\0');
  const auto written = *codec->Compress(size, data, static_cast<std::int64_t>(out.size()),
                                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

std::string snappy_block(const std::string& bytes) {
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  std::string out = by_arrow(arrow::Compression::SNAPPY, bytes);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(crc >> shift);
  return out;
}

TEST(Avro, WhatIsWrittenIsRead) {
  for (const avro::Codec codec : {avro::Codec::kNull, avro::Codec::kDeflate}) {
    const auto file = avro::read_avro(sample_file(codec, 1000));
    ASSERT_TRUE(file.has_value()) << file.error().to_string();
    EXPECT_EQ(file->metadata.at("k"), "v");
    EXPECT_EQ(check_rows(*file), 1000);
  }
}

TEST(Avro, ReadsSnappyAndZstandard) {
  const auto snappy = avro::read_avro(recoded("snappy", snappy_block));
  ASSERT_TRUE(snappy.has_value()) << snappy.error().to_string();
  EXPECT_EQ(check_rows(*snappy), 10);
  const auto zstd = avro::read_avro(recoded(
      "zstandard", [](const std::string& bytes) { return by_arrow(arrow::Compression::ZSTD, bytes); }));
  ASSERT_TRUE(zstd.has_value()) << zstd.error().to_string();
  EXPECT_EQ(check_rows(*zstd), 10);
}

TEST(Avro, ASnappyBlockMustMatchItsChecksum) {
  const auto broken = avro::read_avro(recoded("snappy", [](const std::string& bytes) {
    std::string block = snappy_block(bytes);
    block.back() = static_cast<char>(block.back() ^ 1);
    return block;
  }));
  EXPECT_EQ(broken.error().code, 4022);
}

TEST(Avro, UnknownCodecsAreNamed) {
  const auto file = avro::read_avro(recoded("bzip2", [](const std::string& bytes) { return bytes; }));
  EXPECT_EQ(file.error().code, 4023);
  EXPECT_NE(file.error().message.find("bzip2"), std::string::npos);
}

TEST(Avro, ABlockMayNotGrowWithoutBound) {
  const std::string file = recoded("deflate", [](const std::string&) {
    std::string out(100'000, '\0');
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string zeros(10 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(zeros.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  });
  EXPECT_EQ(avro::read_avro(file, {.max_block_bytes = 1 << 20}).error().code, 4022);
}

TEST(Avro, SchemasThatAreTooDeepLargeOrUnknownAreRefused) {
  std::string deep = "\"int\"";
  for (int i = 0; i < 100; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  EXPECT_EQ(avro::parse_schema(deep).error().code, 4022);
  // Each level names the one before twice: 2^20 nodes in a small text.
  std::string wide = R"([{"type":"fixed","name":"f0","size":1})";
  for (int i = 1; i <= 20; ++i) {
    const std::string before = "\"f" + std::to_string(i - 1) + "\"";
    wide += R"(,{"type":"record","name":"f)" + std::to_string(i) + R"(","fields":[{"name":"a","type":)" +
            before + R"(},{"name":"b","type":)" + before + "}]}";
  }
  EXPECT_EQ(avro::parse_schema(wide + "]").error().code, 4022);
  EXPECT_EQ(avro::parse_schema(R"("uuid")").error().code, 4022);
  EXPECT_EQ(
      avro::parse_schema(R"({"type":"record","name":"r","fields":[{"name":"x","type":"r"}]})").error().code,
      4022);
}

TEST(AvroProperty, DamagedFilesNeverCrash) {
  const std::string whole = sample_file(avro::Codec::kDeflate, 50);
  const std::string plain = sample_file(avro::Codec::kNull, 50);
  const bool held = rc::check("any change of bytes gives rows or an error", [&] {
    std::string bytes = *rc::gen::element(whole, plain);
    const int changes = *rc::gen::inRange(1, 6);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
      bytes[at] = *rc::gen::arbitrary<char>();
    }
    bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
    const auto file = avro::read_avro(bytes);
    if (file) {
      const Status read = avro::read_rows(*file, [&](avro::Cursor& in) -> Status {
        in.skip(*file->schema);
        return {};
      });
      RC_ASSERT(read || read.error().code == 4022);
    } else {
      RC_ASSERT(file.error().code == 4022 || file.error().code == 4023 || file.error().code == 4021);
    }
    (void)read_manifest_list(bytes);
  });
  EXPECT_TRUE(held);
}

// ---- manifests ----

Schema small_schema() {
  Schema schema;
  const auto add = [&](std::int32_t id, const char* name, Type type) {
    schema.fields.push_back({.id = id, .name = name, .type = std::move(type), .required = false, .doc = ""});
  };
  add(1, "1 odd-name", {.id = TypeId::kString});
  add(2, "price", {.id = TypeId::kDecimal, .precision = 18, .scale = 4});
  add(3, "other", {.id = TypeId::kDecimal, .precision = 18, .scale = 4});
  add(4, "real", {.id = TypeId::kDouble});
  return schema;
}

PartitionSpec small_spec() {
  PartitionSpec spec{.spec_id = 3, .fields = {}};
  std::int32_t id = 1000;
  for (const Field& field : small_schema().fields) {
    spec.fields.push_back({.source_id = field.id, .field_id = id++, .name = field.name, .transform = {}});
  }
  return spec;
}

ManifestEntry full_entry() {
  ManifestEntry entry{.status = EntryStatus::kExisting,
                      .snapshot_id = 7,
                      .sequence_number = 3,
                      .file_sequence_number = 2,
                      .file = {}};
  entry.file.path = "file:///lake/x.parquet";
  entry.file.spec_id = 3;
  entry.file.partition = {literal("é"), arrow::Decimal128(-5), Literal{}, 2.5};
  entry.file.record_count = 10;
  entry.file.file_size_bytes = 1234;
  entry.file.column_sizes.set(2, 5);
  entry.file.value_counts.set(1, 10);
  entry.file.null_value_counts.set(1, 0);
  entry.file.nan_value_counts.set(4, 1);
  entry.file.lower_bounds.set(1, std::string("a\0b", 3));
  entry.file.upper_bounds.set(1, "z");
  entry.file.split_offsets = {4, 100};
  entry.file.sort_order_id = 1;
  return entry;
}

TEST(Manifest, EntriesRoundTrip) {
  ManifestEntry added = full_entry();
  added.status = EntryStatus::kAdded;
  added.sequence_number.reset();
  added.file_sequence_number.reset();
  added.snapshot_id.reset();
  added.file.partition = {Literal{}, arrow::Decimal128(99'999'999), arrow::Decimal128(0), Literal{}};
  const auto bytes = write_manifest(small_schema(), small_spec(), {full_entry(), added});
  ASSERT_TRUE(bytes.has_value()) << bytes.error().to_string();
  ManifestFile list_entry;
  list_entry.path = "m.avro";
  list_entry.spec_id = 3;
  list_entry.sequence_number = 9;
  list_entry.added_snapshot_id = 70;
  const auto entries = read_manifest(*bytes, list_entry, small_schema(), {small_spec()});
  ASSERT_TRUE(entries.has_value()) << entries.error().to_string();
  EXPECT_EQ(entries->at(0), full_entry());
  ManifestEntry inherited = added;
  inherited.sequence_number = inherited.file_sequence_number = 9;
  inherited.snapshot_id = 70;
  EXPECT_EQ(entries->at(1), inherited);
}

TEST(Manifest, AWrongNumberOfPartitionValuesIsRefused) {
  ManifestEntry entry = full_entry();
  entry.file.partition.pop_back();
  EXPECT_EQ(write_manifest(small_schema(), small_spec(), {entry}).error().code, 4032);
}

TEST(Manifest, AnUnknownSpecIsDamaged) {
  const auto bytes = write_manifest(small_schema(), small_spec(), {full_entry()});
  ManifestFile list_entry;
  list_entry.path = "m.avro";
  list_entry.spec_id = 8;
  const auto entries = read_manifest(*bytes, list_entry, small_schema(), {small_spec()});
  EXPECT_EQ(entries.error().code, 4024);
  EXPECT_EQ(entries.error().where, "m.avro");
}

TEST(ManifestList, RoundTrips) {
  ManifestFile manifest{.path = "file:///m.avro",
                        .length = 10,
                        .spec_id = 2,
                        .deletes = true,
                        .sequence_number = 5,
                        .min_sequence_number = 4,
                        .added_snapshot_id = 6,
                        .added_files_count = 1,
                        .existing_files_count = 2,
                        .deleted_files_count = 3,
                        .added_rows_count = 4,
                        .existing_rows_count = 5,
                        .deleted_rows_count = 6,
                        .partitions = {},
                        .key_metadata = ""};
  manifest.partitions = {
      {.contains_null = true, .contains_nan = false, .lower_bound = "a", .upper_bound = "b"},
      {.contains_null = false, .contains_nan = {}, .lower_bound = {}, .upper_bound = {}}};
  ManifestFile plain;
  plain.path = "file:///n.avro";
  const auto bytes = write_manifest_list(6, std::nullopt, 5, {manifest, plain});
  const auto back = read_manifest_list(*bytes);
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  EXPECT_EQ(*back, (std::vector<ManifestFile>{manifest, plain}));
}

TEST(ManifestProperty, DamagedManifestsNeverCrash) {
  const std::string whole = *write_manifest(small_schema(), small_spec(), {full_entry(), full_entry()});
  ManifestFile named;
  named.path = "x";
  const std::string list = *write_manifest_list(1, 2, 3, {named});
  const avro::File opened = *avro::read_avro(whole);
  const bool held = rc::check("any change of bytes gives entries or an error", [&] {
    // Inside the compressed block most changes die in the codec: the rows are damaged uncompressed.
    std::string rows = opened.blocks[0].bytes;
    const auto at = *rc::gen::inRange<std::size_t>(0, rows.size());
    rows[at] = *rc::gen::arbitrary<char>();
    avro::Writer writer(opened.metadata.at("avro.schema"), {{"format-version", "2"}}, avro::Codec::kNull);
    writer.write_fixed(rows);
    writer.end_row();
    ManifestFile entry;
    entry.path = "m";
    entry.spec_id = 3;
    (void)read_manifest(*writer.finish(), entry, small_schema(), {small_spec()});
    std::string cut = list;
    cut[*rc::gen::inRange<std::size_t>(0, cut.size())] ^= 1;
    (void)read_manifest_list(cut);
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace goldtape::table
