// Market identifier codes (ISO 10383) of US exchanges, from what vendors call them.
#pragma once

#include <string_view>

namespace goldtape::provider {

/// By name: NASDAQ, NYSE, ARCA or NYSEARCA, AMEX, BATS, IEX, OTC, and MICs themselves. Empty: unknown.
[[nodiscard]] std::string_view mic_of_name(std::string_view name);
/// By the letter of the listing exchange in otherlisted.txt: A N P Z V. Empty: unknown.
/// Source: https://www.nasdaqtrader.com/trader.aspx?id=symboldirdefs
[[nodiscard]] std::string_view mic_of_letter(std::string_view letter);

}  // namespace goldtape::provider
