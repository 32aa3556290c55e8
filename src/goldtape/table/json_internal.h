// Walking JSON documents of Iceberg with the path of what is wrong. Not public.
//
// Inside these readers a fault is thrown and `read_json` turns it into an Error: the nesting of schemas
// makes anything else unreadable, and nothing leaves this header.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "goldtape/base/result.h"

namespace goldtape::table::internal {

inline constexpr std::size_t kMaxJsonBytes = 256ULL << 20;
inline constexpr int kMaxJsonDepth = 64;

struct JsonFault {
  Error error;
};

/// A value and its path from the document's root. Every accessor throws JsonFault (kDamaged GT4020).
class JsonNode {
 public:
  JsonNode(const nlohmann::json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  [[nodiscard]] bool is_string() const { return value_->is_string(); }
  [[nodiscard]] bool is_array() const { return value_->is_array(); }
  /// A member that must be there.
  [[nodiscard]] JsonNode at(const char* name) const;
  /// A member that may be absent or null.
  [[nodiscard]] std::optional<JsonNode> find(const char* name) const;
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] std::int64_t int64() const;
  [[nodiscard]] std::int32_t int32() const;
  [[nodiscard]] bool boolean() const;
  /// An object of texts.
  [[nodiscard]] std::map<std::string, std::string> texts() const;
  void each(const std::function<void(const JsonNode&)>& visit) const;
  void each_member(const std::function<void(const std::string&, const JsonNode&)>& visit) const;
  [[nodiscard]] std::string dump() const;

 private:
  [[noreturn]] void wrong(const std::string& expected) const;
  const nlohmann::json* value_;
  std::string path_;
};

/// Parses within the bounds above. Errors: kDamaged GT4020.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

/// Parses and reads with `read(JsonNode)`.
template <typename Read>
auto read_json(std::string_view text, Read&& read)
    -> Result<decltype(read(std::declval<const JsonNode&>()))> {
  GT_ASSIGN(const nlohmann::json root, parse_json(text));
  try {
    return read(JsonNode(root, ""));
  } catch (const JsonFault& fault) {
    return std::unexpected<Error>(fault.error);
  }
}

}  // namespace goldtape::table::internal
