#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "goldtape/io/s3_xml_internal.h"

namespace goldtape::io {
namespace {

struct Element {
  std::string_view inside;
  std::string_view rest;  ///< What follows the element.
};

std::optional<Element> find_element(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name);
  const std::string close = "</" + std::string(name) + ">";
  for (std::size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at + 1)) {
    const std::size_t after = at + open.size();
    if (after >= xml.size()) return std::nullopt;
    const char next = xml[after];
    if (next != '>' && next != ' ' && next != '/') continue;  // A longer name.
    const std::size_t end_of_tag = xml.find('>', after);
    if (end_of_tag == std::string_view::npos) return std::nullopt;
    if (xml[end_of_tag - 1] == '/') return Element{{}, xml.substr(end_of_tag + 1)};
    const std::size_t end = xml.find(close, end_of_tag);
    if (end == std::string_view::npos) return std::nullopt;
    return Element{xml.substr(end_of_tag + 1, end - end_of_tag - 1), xml.substr(end + close.size())};
  }
  return std::nullopt;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x110000) {
    out += static_cast<char>(0xF0U | (code >> 18U));
    out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 5> kEntities{
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

/// Appends what "&NAME;" stands for; false when it stands for nothing known.
bool append_entity(std::string& out, std::string_view name) {
  for (const Entity& entity : kEntities) {
    if (entity.name != name) continue;
    out += entity.character;
    return true;
  }
  if (!name.starts_with('#')) return false;
  const bool is_hex = name.starts_with("#x");
  const std::string_view digits = name.substr(is_hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  append_utf8(out, code);
  return true;
}

std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t semicolon = text.front() == '&' ? text.find(';') : std::string_view::npos;
    if (semicolon != std::string_view::npos && append_entity(out, text.substr(1, semicolon - 1))) {
      text.remove_prefix(semicolon + 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string xml_text(std::string_view xml, std::string_view name) {
  const auto element = find_element(xml, name);
  return element ? unescape(element->inside) : std::string{};
}

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> out;
  while (const auto element = find_element(xml, name)) {
    out.push_back(element->inside);
    xml = element->rest;
  }
  return out;
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    bool escaped = false;
    for (const Entity& entity : kEntities) {
      if (entity.character != c) continue;
      out += '&';
      out += entity.name;
      out += ';';
      escaped = true;
    }
    if (!escaped) out += c;
  }
  return out;
}

}  // namespace goldtape::io
