#include "goldtape/table/avro.h"

#include <algorithm>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "goldtape/table/avro_codec_internal.h"
#include "goldtape/table/bytes_internal.h"

namespace goldtape::table::avro {
namespace {

constexpr std::string_view kMagic("Obj\1", 4);
constexpr std::size_t kSyncBytes = 16;
constexpr std::size_t kFlushBytes = 1 << 20;

std::unexpected<Error> damaged(std::string message) {
  return fail(ErrorKind::kDamaged, 4022, "Avro: " + std::move(message));
}

void append_long(std::string& out, std::int64_t value) {
  auto zigzag = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  while (zigzag >= 0x80) {
    out += static_cast<char>(zigzag | 0x80);
    zigzag >>= 7;
  }
  out += static_cast<char>(zigzag);
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_long(out, static_cast<std::int64_t>(bytes.size()));
  out += bytes;
}

Result<std::map<std::string, std::string>> read_header(Cursor& cursor) {
  if (cursor.read_fixed(kMagic.size()) != kMagic) return damaged("not an Avro container file");
  Schema map;
  map.kind = Kind::kMap;
  auto value = std::make_shared<Schema>();
  value->kind = Kind::kBytes;
  value->min_bytes = 1;
  map.element = value;
  std::map<std::string, std::string> metadata;
  cursor.read_items(map, [&] {
    std::string key(cursor.read_bytes());
    metadata[std::move(key)] = std::string(cursor.read_bytes());
  });
  if (cursor.failed()) return damaged("the header is broken");
  return metadata;
}

}  // namespace

bool Cursor::read_bool() {
  const std::string_view byte = read_fixed(1);
  return !byte.empty() && byte[0] != '\0';
}

std::int64_t Cursor::read_long() {
  std::uint64_t zigzag = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (failed_ || at_ >= bytes_.size()) break;
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    zigzag |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  }
  failed_ = true;
  return 0;
}

float Cursor::read_float() {
  const std::string_view bytes = read_fixed(sizeof(float));
  return bytes.empty() ? 0.0F : from_little_endian<float>(bytes);
}

double Cursor::read_double() {
  const std::string_view bytes = read_fixed(sizeof(double));
  return bytes.empty() ? 0.0 : from_little_endian<double>(bytes);
}

std::string_view Cursor::read_bytes() {
  const std::int64_t size = read_long();
  if (size < 0) failed_ = true;
  return failed_ ? std::string_view{} : read_fixed(static_cast<std::size_t>(size));
}

std::string_view Cursor::read_fixed(std::size_t size) {
  if (failed_ || size > remaining()) {
    failed_ = true;
    return {};
  }
  const std::string_view bytes = bytes_.substr(at_, size);
  at_ += size;
  return bytes;
}

const Schema* Cursor::read_branch(const Schema& schema) {
  const std::int64_t index = read_long();
  if (failed_ || index < 0 || index >= static_cast<std::int64_t>(schema.branches.size())) {
    failed_ = true;
    return nullptr;
  }
  return schema.branches[static_cast<std::size_t>(index)].get();
}

void Cursor::read_items(const Schema& schema, const std::function<void()>& item) {
  const std::size_t key_bytes = schema.kind == Kind::kMap ? 1 : 0;
  const std::size_t least = key_bytes + schema.element->min_bytes;
  while (!failed_) {
    std::int64_t count = read_long();
    if (count == 0) return;
    if (count < 0) {
      if (count == std::numeric_limits<std::int64_t>::min()) break;
      count = -count;
      read_long();  // The size of the block in bytes, for those who skip it.
    }
    // Items that take no bytes could be claimed without end.
    if (least == 0 || static_cast<std::uint64_t>(count) > remaining() / least) break;
    for (std::int64_t i = 0; i < count && !failed_; ++i) item();
  }
  failed_ = true;
}

void Cursor::skip(const Schema& schema) {
  switch (schema.kind) {
    case Kind::kNull: return;
    case Kind::kBoolean: read_fixed(1); return;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum: read_long(); return;
    case Kind::kFloat: read_fixed(sizeof(float)); return;
    case Kind::kDouble: read_fixed(sizeof(double)); return;
    case Kind::kBytes:
    case Kind::kString: read_bytes(); return;
    case Kind::kFixed: read_fixed(schema.fixed_size); return;
    case Kind::kRecord:
      for (const SchemaField& field : schema.fields) {
        if (failed_) return;
        skip(*field.type);
      }
      return;
    case Kind::kArray: read_items(schema, [&] { skip(*schema.element); }); return;
    case Kind::kMap:
      read_items(schema, [&] {
        read_bytes();
        skip(*schema.element);
      });
      return;
    case Kind::kUnion:
      if (const Schema* branch = read_branch(schema)) skip(*branch);
      return;
  }
}

Result<File> read_avro(std::string_view bytes, const Limits& limits) {
  Cursor cursor(bytes);
  File file;
  GT_ASSIGN(file.metadata, read_header(cursor));
  GT_ASSIGN(file.schema, parse_schema(file.metadata["avro.schema"]));
  const std::string codec = file.metadata.contains("avro.codec") ? file.metadata["avro.codec"] : "null";
  const std::string_view sync = cursor.read_fixed(kSyncBytes);
  std::uint64_t total = 0;
  while (!cursor.failed() && cursor.remaining() > 0) {
    Block block;
    block.rows = cursor.read_long();
    const std::string_view compressed = cursor.read_bytes();
    if (cursor.read_fixed(kSyncBytes) != sync || cursor.failed())
      return damaged("a block is cut short or broken");
    GT_ASSIGN(block.bytes,
              internal::decompress(codec, compressed,
                                   std::min(limits.max_block_bytes, limits.max_total_bytes - total)));
    total += block.bytes.size();
    const std::size_t least = std::max<std::size_t>(file.schema->min_bytes, 1);
    if (block.rows < 0 || static_cast<std::uint64_t>(block.rows) > block.bytes.size() / least) {
      return damaged("a block claims more rows than it can hold");
    }
    file.blocks.push_back(std::move(block));
  }
  if (cursor.failed()) return damaged("the file is cut short");
  return file;
}

Status read_rows(const File& file, const std::function<Status(Cursor&)>& read_row) {
  for (const Block& block : file.blocks) {
    Cursor cursor(block.bytes);
    for (std::int64_t i = 0; i < block.rows; ++i) {
      GT_RETURN_IF_ERROR(read_row(cursor));
      if (cursor.failed()) return damaged(fmt::format("row {} of a block is broken", i));
    }
    if (cursor.remaining() > 0) return damaged("a block has bytes after its last row");
  }
  return {};
}

Writer::Writer(std::string schema_json, std::map<std::string, std::string> metadata, Codec codec)
    : codec_(codec) {
  std::random_device random;
  while (sync_.size() < kSyncBytes) sync_ += little_endian<std::uint32_t>(random());
  metadata["avro.schema"] = std::move(schema_json);
  metadata["avro.codec"] = codec == Codec::kDeflate ? "deflate" : "null";
  out_ = kMagic;
  append_long(out_, static_cast<std::int64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    append_bytes(out_, key);
    append_bytes(out_, value);
  }
  append_long(out_, 0);
  out_ += sync_;
}

void Writer::write_bool(bool value) { block_ += value ? '\1' : '\0'; }
void Writer::write_long(std::int64_t value) { append_long(block_, value); }
void Writer::write_float(float value) { block_ += little_endian(value); }
void Writer::write_double(double value) { block_ += little_endian(value); }
void Writer::write_bytes(std::string_view bytes) { append_bytes(block_, bytes); }
void Writer::write_fixed(std::string_view bytes) { block_ += bytes; }

void Writer::end_row() {
  ++block_rows_;
  if (block_.size() >= kFlushBytes && failed_) failed_ = flush_block();
}

Status Writer::flush_block() {
  if (block_rows_ == 0) return {};
  append_long(out_, block_rows_);
  if (codec_ == Codec::kDeflate) {
    GT_ASSIGN(const std::string compressed, internal::deflate_raw(block_));
    append_bytes(out_, compressed);
  } else {
    append_bytes(out_, block_);
  }
  out_ += sync_;
  block_.clear();
  block_rows_ = 0;
  return {};
}

Result<std::string> Writer::finish() {
  GT_RETURN_IF_ERROR(failed_);
  GT_RETURN_IF_ERROR(flush_block());
  return std::move(out_);
}

}  // namespace goldtape::table::avro
