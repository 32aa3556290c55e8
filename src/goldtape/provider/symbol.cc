#include "goldtape/provider/symbol.h"

namespace goldtape::provider {

std::string symbol_in_style(std::string_view act_symbol, const SymbolStyle& style) {
  const std::size_t at = act_symbol.find_first_of(".$");
  if (at == std::string_view::npos) return std::string(act_symbol);
  std::string out(act_symbol.substr(0, at));
  const std::string_view suffix = act_symbol.substr(at + 1);
  if (act_symbol[at] == '$') return out.append(style.preferred).append(suffix);
  if (suffix == "W") return out.append(style.warrant);
  if (suffix == "U") return out.append(style.unit);
  if (suffix == "R") return out.append(style.right);
  return out.append(style.share_class).append(suffix);
}

}  // namespace goldtape::provider
