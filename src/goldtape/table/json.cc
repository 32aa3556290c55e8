#include <limits>

#include "goldtape/table/json_internal.h"

namespace goldtape::table::internal {

void JsonNode::wrong(const std::string& expected) const {
  throw JsonFault{
      {ErrorKind::kDamaged, 4020,
       "JSON: " + (path_.empty() ? std::string("the document") : path_) + " should be " + expected}};
}

JsonNode JsonNode::at(const char* name) const {
  if (auto found = find(name)) return *std::move(found);
  throw JsonFault{{ErrorKind::kDamaged, 4020, "JSON: " + path_ + "/" + name + " is missing"}};
}

std::optional<JsonNode> JsonNode::find(const char* name) const {
  if (!value_->is_object()) wrong("an object");
  auto at = value_->find(name);
  if (at == value_->end() || at->is_null()) return std::nullopt;
  return JsonNode(*at, path_ + "/" + name);
}

const std::string& JsonNode::text() const {
  if (!value_->is_string()) wrong("a text");
  return value_->get_ref<const std::string&>();
}

std::int64_t JsonNode::int64() const {
  if (!value_->is_number_integer()) wrong("a whole number");
  if (value_->is_number_unsigned() &&
      value_->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    wrong("a number of 64 bits");
  }
  return value_->get<std::int64_t>();
}

std::int32_t JsonNode::int32() const {
  const std::int64_t value = int64();
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
    wrong("a number of 32 bits");
  }
  return static_cast<std::int32_t>(value);
}

bool JsonNode::boolean() const {
  if (!value_->is_boolean()) wrong("true or false");
  return value_->get<bool>();
}

std::map<std::string, std::string> JsonNode::texts() const {
  std::map<std::string, std::string> map;
  each_member([&](const std::string& name, const JsonNode& item) { map[name] = item.text(); });
  return map;
}

void JsonNode::each(const std::function<void(const JsonNode&)>& visit) const {
  if (!value_->is_array()) wrong("an array");
  std::size_t index = 0;
  for (const nlohmann::json& item : *value_) visit(JsonNode(item, path_ + "/" + std::to_string(index++)));
}

void JsonNode::each_member(const std::function<void(const std::string&, const JsonNode&)>& visit) const {
  if (!value_->is_object()) wrong("an object");
  for (const auto& [name, item] : value_->items()) visit(name, JsonNode(item, path_ + "/" + name));
}

std::string JsonNode::dump() const {
  return value_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<nlohmann::json> parse_json(std::string_view text) {
  if (text.size() > kMaxJsonBytes) return fail(ErrorKind::kDamaged, 4020, "JSON: more than 256 MiB");
  // The parser itself does not recurse, but what reads schemas does.
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth)
        return fail(ErrorKind::kDamaged, 4020, "JSON: nested more than 64 levels deep");
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& exception) {
    return fail(ErrorKind::kDamaged, 4020, std::string("not valid JSON: ") + exception.what());
  }
}

}  // namespace goldtape::table::internal
