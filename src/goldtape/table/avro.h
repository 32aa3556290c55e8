// Avro object container files: schemas, codecs, checked reading of values, writing. manifest_avro.h maps
// them to the model. Values are decoded straight into their destination: no tree is built in between.
// Source: Apache Avro specification 1.11; Iceberg table spec v2, Appendix A (field-id, logicalType map).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"

namespace goldtape::table::avro {

enum class Kind : std::uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion,
};

struct Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

struct SchemaField {
  std::string name;
  int field_id = -1;  ///< Iceberg's "field-id"; -1 when absent.
  SchemaPtr type;
};

/// A parsed Avro schema. Named types may be used again after their definition; recursive ones are refused.
struct Schema {
  Kind kind = Kind::kNull;
  std::string name;                 ///< Record, enum, fixed.
  std::string logical_type;         ///< "date", "decimal", "map", ...
  std::vector<SchemaField> fields;  ///< Record.
  SchemaPtr element;                ///< Array: its items; map: its values.
  std::vector<SchemaPtr> branches;  ///< Union.
  std::size_t fixed_size = 0;
  /// Least bytes a value takes; 0 only for null and for what is made of nothing else.
  std::size_t min_bytes = 0;
};

/// Errors: kDamaged GT4022. At most 64 levels deep.
[[nodiscard]] Result<SchemaPtr> parse_schema(std::string_view json);

/// Reads values off a block's bytes. The first fault sticks: all later reads give zeros and empty texts,
/// loops end, and `failed` says so. Never reads past the bytes.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  bool read_bool();
  std::int64_t read_long();  ///< Ints too.
  float read_float();
  double read_double();
  std::string_view read_bytes();  ///< Strings too. Points into the block.
  std::string_view read_fixed(std::size_t size);
  /// The branch that a union's value is of; null after a fault.
  const Schema* read_branch(const Schema& schema);
  /// Calls `item` once for each element of an array (`item` reads it), or of a map (`item` reads key and
  /// value).
  void read_items(const Schema& schema, const std::function<void()>& item);
  void skip(const Schema& schema);

  void fault() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

/// A block of rows, decompressed.
struct Block {
  std::int64_t rows = 0;
  std::string bytes;
};

/// A whole file.
struct File {
  std::map<std::string, std::string> metadata;  ///< "avro.schema", "schema", "partition-spec", ...
  SchemaPtr schema;
  std::vector<Block> blocks;
};

/// Bounds on what a hostile file may make us allocate.
struct Limits {
  std::uint64_t max_block_bytes = 256ULL << 20;  ///< Decompressed, each.
  std::uint64_t max_total_bytes = 1ULL << 30;    ///< Decompressed, all blocks.
};

/// Codecs null, deflate, snappy, zstandard. Never crashes, whatever the bytes.
/// Errors: kDamaged GT4022, kUnsupported GT4023 (codec).
[[nodiscard]] Result<File> read_avro(std::string_view bytes, const Limits& limits = {});

/// Calls `read_row` for each row; it must read exactly one value of the file's schema.
/// Errors: kDamaged GT4022 when a read failed or bytes are left over; whatever `read_row` returns.
Status read_rows(const File& file, const std::function<Status(Cursor&)>& read_row);

enum class Codec : std::uint8_t { kNull, kDeflate };

/// Encodes rows and frames them as a container file.
class Writer {
 public:
  Writer(std::string schema_json, std::map<std::string, std::string> metadata, Codec codec = Codec::kDeflate);

  void write_bool(bool value);
  void write_long(std::int64_t value);  ///< Ints, longs, union branches, counts of items.
  void write_float(float value);
  void write_double(double value);
  void write_bytes(std::string_view bytes);  ///< Bytes and strings.
  void write_fixed(std::string_view bytes);
  void end_row();

  /// The file's bytes; the writer is spent. Errors: kInternal GT4022 when the codec fails.
  [[nodiscard]] Result<std::string> finish();

 private:
  Status flush_block();

  Codec codec_;
  std::string sync_;
  std::string block_;
  std::int64_t block_rows_ = 0;
  std::string out_;
  Status failed_;
};

}  // namespace goldtape::table::avro
