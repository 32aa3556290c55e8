#include "goldtape/provider/ticker.h"

namespace goldtape::provider {

bool is_ticker(std::string_view text) {
  if (text.empty() || text.size() > 32) return false;
  bool has_name_character = false;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      has_name_character = true;
    } else if (std::string_view(".-_/^=$+#&:@!").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return has_name_character;
}

}  // namespace goldtape::provider
