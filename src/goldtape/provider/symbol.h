// How venues write the symbols of one list: share classes, preferred shares, warrants, units and rights
// differ.
#pragma once

#include <string>
#include <string_view>

namespace goldtape::provider {

/// What a venue puts between a symbol's root and its suffix, for the ACT notation of NASDAQ Trader's lists:
/// "BRK.B", "COF$L" (or "ABR$"), "BARK.W", "CHEB.U", "ARE.R".
struct SymbolStyle {
  std::string_view share_class = ".";
  std::string_view preferred = ".PR";
  std::string_view warrant = ".WS";
  std::string_view unit = ".U";
  std::string_view right = ".RT";
};

/// "BRK.B" by a style whose share class is "-": "BRK-B". What has no suffix stays as it is.
[[nodiscard]] std::string symbol_in_style(std::string_view act_symbol, const SymbolStyle& style);

}  // namespace goldtape::provider
