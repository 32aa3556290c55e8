// JSON by appending to one string: bodies of a hundred thousand numbers are built in a millisecond or two.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace goldtape::simulate::json {

inline void integer(std::string& out, std::int64_t value) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

/// The shortest text that reads back as the same double; null when it is not finite.
inline void number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  char text[40];
  const char* end = fmt::format_to(text, FMT_COMPILE("{}"), value);
  out.append(text, static_cast<std::size_t>(end - text));
}

/// A double that is a float32 widened, as Yahoo's prices are.
inline void float32(std::string& out, double value) {
  number(out, static_cast<double>(static_cast<float>(value)));
}

inline void text(std::string& out, std::string_view value) {
  out.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("\\u{:04x}"), static_cast<int>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

/// `"name":` with a comma before it unless it is the first member.
inline void key(std::string& out, std::string_view name) {
  if (!out.empty() && out.back() != '{' && out.back() != '[') out.push_back(',');
  out.push_back('"');
  out.append(name);
  out.append("\":");
}
inline void member(std::string& out, std::string_view name, std::int64_t value) {
  key(out, name);
  integer(out, value);
}
inline void member(std::string& out, std::string_view name, double value) {
  key(out, name);
  number(out, value);
}
inline void member(std::string& out, std::string_view name, std::string_view value) {
  key(out, name);
  text(out, value);
}
inline void member(std::string& out, std::string_view name, const char* value) {
  member(out, name, std::string_view(value));
}
inline void member(std::string& out, std::string_view name, bool value) {
  key(out, name);
  out.append(value ? "true" : "false");
}

/// A comma where one value follows another; none after the beginning of an array, an object or a member.
inline void comma(std::string& out) {
  if (!out.empty() && out.back() != '{' && out.back() != '[' && out.back() != ':') out.push_back(',');
}

}  // namespace goldtape::simulate::json
