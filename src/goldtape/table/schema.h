// Iceberg schemas: fields with ids, types, identifier fields; to and from Arrow.
// Source: Iceberg table spec v2, "Schemas and Data Types", Appendix C.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"

namespace goldtape::model {
struct TableDef;
}

namespace goldtape::table {

/// All types of format v2. We write the primitives; nested types are kept and read.
enum class TypeId : std::uint8_t {
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kString,
  kUuid,
  kFixed,
  kBinary,
  kStruct,
  kList,
  kMap,
};

struct Field;

/// The fields of a nested type. Its members are defined below, where Field is complete: clang does not take a
/// plain vector's default inside Type.
struct FieldList : std::vector<Field> {
  FieldList();
  FieldList(std::vector<Field> fields);  // NOLINT(google-explicit-constructor): a vector is what it is.
  FieldList(std::initializer_list<Field> fields);
  FieldList(const FieldList& other);
  FieldList(FieldList&& other) noexcept;
  FieldList& operator=(const FieldList& other);
  FieldList& operator=(FieldList&& other) noexcept;
  ~FieldList();
};

/// A type. Immutable once shared.
struct Type {
  TypeId id = TypeId::kInt;
  int precision = 0;      ///< Decimal.
  int scale = 0;          ///< Decimal.
  int length = 0;         ///< Fixed, bytes.
  FieldList fields = {};  ///< Struct: its fields. List: the element. Map: key, value.

  [[nodiscard]] bool is_primitive() const { return id < TypeId::kStruct; }
  bool operator==(const Type& other) const;
};

struct Field {
  std::int32_t id = 0;
  std::string name;
  Type type;
  bool required = false;
  std::string doc;
  bool operator==(const Field&) const = default;
};

inline FieldList::FieldList() = default;
inline FieldList::FieldList(std::vector<Field> fields) : std::vector<Field>(std::move(fields)) {}
inline FieldList::FieldList(std::initializer_list<Field> fields) : std::vector<Field>(fields) {}
inline FieldList::FieldList(const FieldList& other) = default;
inline FieldList::FieldList(FieldList&& other) noexcept = default;
inline FieldList& FieldList::operator=(const FieldList& other) = default;
inline FieldList& FieldList::operator=(FieldList&& other) noexcept = default;
inline FieldList::~FieldList() = default;

/// A schema version of a table.
struct Schema {
  std::int32_t schema_id = 0;
  std::vector<Field> fields;
  std::vector<std::int32_t> identifier_field_ids;

  /// A top-level field by name or, at any depth, by id; null when there is none.
  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] const Field* find(std::int32_t field_id) const;
  /// A nested field by dotted path ("address.city").
  [[nodiscard]] const Field* find_path(std::string_view path) const;
  /// The greatest field id, nested ones included; 0 for an empty schema.
  [[nodiscard]] std::int32_t highest_field_id() const;
  /// Same fields, whatever the schema id.
  [[nodiscard]] bool same_fields(const Schema& other) const;
};

/// "decimal(18, 4)", "timestamptz", "fixed[16]"; nested types print as struct<...>.
[[nodiscard]] std::string to_string(const Type& type);
/// A primitive type's name as the spec writes it. Errors: kUnsupported GT4021 for types of later versions.
[[nodiscard]] Result<Type> parse_primitive_type(std::string_view text);
/// Whether files written as `from` may be read as `to`: the same, int to long, float to double, or a
/// decimal of more digits and the same scale.
[[nodiscard]] bool can_promote(const Type& from, const Type& to);

/// The Arrow type that our readers deliver and our writers expect.
[[nodiscard]] std::shared_ptr<arrow::DataType> to_arrow(const Type& type);
/// The Arrow schema; each field carries `PARQUET:field_id`.
[[nodiscard]] std::shared_ptr<arrow::Schema> to_arrow(const Schema& schema);

/// The Iceberg schema of a table of the lake, schema id 0, field ids as defined.
[[nodiscard]] Schema schema_of(const model::TableDef& def);

}  // namespace goldtape::table
