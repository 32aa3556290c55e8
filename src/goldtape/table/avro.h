// Avro object container files, generic: schema, values, codecs. manifest_avro.h maps them to the model.
// Source: Apache Avro specification 1.11, Iceberg table spec v2, Appendix A (field-id, logicalType map).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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

/// A parsed Avro schema. Named types are shared; recursive ones are refused.
struct Schema {
  Kind kind = Kind::kNull;
  std::string name;                  ///< Record, enum, fixed.
  std::string logical_type;          ///< "date", "decimal", "map", ...
  std::vector<SchemaField> fields;   ///< Record.
  SchemaPtr element;                 ///< Array and map: items, values.
  std::vector<SchemaPtr> branches;   ///< Union.
  std::vector<std::string> symbols;  ///< Enum.
  int fixed_size = 0;
  int precision = 0;
  int scale = 0;
};

/// Errors: kDamaged GT4022. At most 64 levels deep.
[[nodiscard]] Result<SchemaPtr> parse_schema(std::string_view json);

struct Datum;
/// Fields of a record in the writer's order, as positions of its Schema::fields.
using Record = std::vector<Datum>;
using Array = std::vector<Datum>;
using Map = std::vector<std::pair<std::string, Datum>>;

/// A decoded value; unions are resolved to the branch's value. Bytes, strings and fixed are std::string;
/// int and long are int64; an enum is its symbol.
struct Datum {
  std::variant<std::monostate, bool, std::int64_t, float, double, std::string, std::shared_ptr<Record>,
               std::shared_ptr<Array>, std::shared_ptr<Map>>
      value;
};

/// A whole file.
struct File {
  std::map<std::string, std::string> metadata;  ///< "avro.schema", "schema", "partition-spec", ...
  SchemaPtr schema;
  std::vector<Datum> rows;
};

/// Bounds on what a hostile file may make us allocate.
struct Limits {
  std::uint64_t max_block_bytes = 256ULL << 20;  ///< Decompressed, each.
  std::uint64_t max_total_bytes = 4ULL << 30;    ///< Decompressed, all blocks.
};

/// Codecs null, deflate, snappy, zstandard. Never crashes, whatever the bytes.
/// Errors: kDamaged GT4022, kUnsupported GT4023 (codec).
[[nodiscard]] Result<File> read_avro(std::string_view bytes, const Limits& limits = {});

/// Collects encoded rows and frames them as a container file.
class Writer {
 public:
  /// `codec`: "null" or "deflate".
  Writer(std::string schema_json, std::map<std::string, std::string> metadata, std::string codec);

  void write_null() {}
  void write_bool(bool value);
  void write_long(std::int64_t value);  ///< Ints, longs, union branches, lengths.
  void write_float(float value);
  void write_double(double value);
  void write_string(std::string_view bytes);  ///< Bytes and strings.
  void write_fixed(std::string_view bytes);
  void end_row();

  /// The file's bytes; the writer is spent. Errors: kInternal GT4022 when the codec fails.
  [[nodiscard]] Result<std::string> finish();

 private:
  Status flush_block();

  std::string schema_json_;
  std::map<std::string, std::string> metadata_;
  std::string codec_;
  std::string sync_;
  std::string block_;
  std::int64_t block_rows_ = 0;
  std::string out_;
  Status failed_;
};

}  // namespace goldtape::table::avro
