#include "goldtape/provider/excerpt.h"

namespace goldtape::provider {

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string excerpt(std::string_view text) {
  const std::string_view kept = utf8_prefix(text, 60);
  std::string result(kept);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (kept.size() < text.size()) result += "...";
  return result;
}

}  // namespace goldtape::provider
