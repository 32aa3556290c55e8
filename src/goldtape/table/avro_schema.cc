#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "goldtape/table/avro.h"
#include "goldtape/table/json_internal.h"

namespace goldtape::table::avro {
namespace {

using table::internal::JsonFault;
using table::internal::JsonNode;

constexpr std::array<std::pair<std::string_view, Kind>, 8> kPrimitives = {{
    {"null", Kind::kNull},
    {"boolean", Kind::kBoolean},
    {"int", Kind::kInt},
    {"long", Kind::kLong},
    {"float", Kind::kFloat},
    {"double", Kind::kDouble},
    {"bytes", Kind::kBytes},
    {"string", Kind::kString},
}};

constexpr std::size_t kMaxFixedBytes = 1 << 20;

[[noreturn]] void wrong(const std::string& message) {
  throw JsonFault{{ErrorKind::kDamaged, 4022, "Avro schema: " + message}};
}

std::size_t primitive_min_bytes(Kind kind) {
  switch (kind) {
    case Kind::kNull: return 0;
    case Kind::kFloat: return sizeof(float);
    case Kind::kDouble: return sizeof(double);
    default: return 1;
  }
}

class Parser {
 public:
  SchemaPtr parse(const JsonNode& node) {
    if (node.is_string()) return named_or_primitive(node.text());
    if (node.is_array()) return parse_union(node);
    const JsonNode type = node.at("type");
    if (!type.is_string()) return parse(type);
    return parse_complex(node, type.text());
  }

 private:
  // Sharing a type many times over must not make a small schema an endless walk.
  static constexpr std::size_t kMaxNodes = 10'000;

  SchemaPtr named_or_primitive(const std::string& name) {
    for (const auto& [text, kind] : kPrimitives) {
      if (text == name) return primitive(kind, {});
    }
    auto at = named_.find(name);
    if (at == named_.end()) wrong("unknown type '" + name.substr(0, 100) + "'");
    count(at->second.nodes);
    return at->second.schema;
  }

  SchemaPtr primitive(Kind kind, std::string logical_type) {
    count(1);
    auto schema = std::make_shared<Schema>();
    schema->kind = kind;
    schema->logical_type = std::move(logical_type);
    schema->min_bytes = primitive_min_bytes(kind);
    return schema;
  }

  SchemaPtr parse_union(const JsonNode& node) {
    count(1);
    auto schema = std::make_shared<Schema>();
    schema->kind = Kind::kUnion;
    node.each([&](const JsonNode& branch) { schema->branches.push_back(parse(branch)); });
    if (schema->branches.empty()) wrong("a union without branches");
    schema->min_bytes = 1;
    return schema;
  }

  SchemaPtr parse_complex(const JsonNode& node, const std::string& kind) {
    const auto logical = node.find("logicalType");
    for (const auto& [text, primitive_kind] : kPrimitives) {
      if (text == kind) return primitive(primitive_kind, logical ? logical->text() : std::string{});
    }
    const std::size_t before = nodes_;
    count(1);
    auto schema = std::make_shared<Schema>();
    if (logical) schema->logical_type = logical->text();
    if (kind == "array" || kind == "map") {
      schema->kind = kind == "array" ? Kind::kArray : Kind::kMap;
      schema->element = parse(node.at(kind == "array" ? "items" : "values"));
      schema->min_bytes = 1;
      return schema;
    }
    if (kind == "record" || kind == "error") {
      parse_record(node, *schema);
    } else if (kind == "fixed") {
      schema->kind = Kind::kFixed;
      const std::int64_t size = node.at("size").int64();
      if (size < 0 || size > static_cast<std::int64_t>(kMaxFixedBytes))
        wrong("a fixed type of impossible size");
      schema->fixed_size = static_cast<std::size_t>(size);
      schema->min_bytes = schema->fixed_size;
    } else if (kind == "enum") {
      schema->kind = Kind::kEnum;
      schema->min_bytes = 1;
    } else {
      return named_or_primitive(kind);
    }
    schema->name = node.at("name").text();
    remember(node, schema, nodes_ - before);
    return schema;
  }

  void parse_record(const JsonNode& node, Schema& schema) {
    schema.kind = Kind::kRecord;
    node.at("fields").each([&](const JsonNode& item) {
      SchemaField field;
      field.name = item.at("name").text();
      if (auto id = item.find("field-id")) field.field_id = id->int32();
      field.type = parse(item.at("type"));
      // Least sizes saturate: they are only compared with what is left of a block.
      schema.min_bytes = std::min(schema.min_bytes + field.type->min_bytes, kMaxFixedBytes);
      schema.fields.push_back(std::move(field));
    });
  }

  void remember(const JsonNode& node, const SchemaPtr& schema, std::size_t nodes) {
    named_[schema->name] = {schema, nodes};
    if (auto space = node.find("namespace")) named_[space->text() + "." + schema->name] = {schema, nodes};
  }

  void count(std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kMaxNodes) wrong("too large");
  }

  struct Named {
    SchemaPtr schema;
    std::size_t nodes = 0;
  };
  std::map<std::string, Named> named_;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<SchemaPtr> parse_schema(std::string_view json) {
  auto schema = table::internal::read_json(json, [](const JsonNode& root) { return Parser().parse(root); });
  if (!schema && schema.error().code == 4020) {
    return fail(ErrorKind::kDamaged, 4022, "Avro schema: " + schema.error().message);
  }
  return schema;
}

}  // namespace goldtape::table::avro
