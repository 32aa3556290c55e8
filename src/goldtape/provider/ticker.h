// What can be a ticker, whoever says it.
#pragma once

#include <string_view>

namespace goldtape::provider {

/// 1 to 32 ASCII letters, digits and . - _ / ^ = $ + # & : @ ! with at least one letter or digit. NA, TRUE
/// and NAN are tickers.
[[nodiscard]] bool is_ticker(std::string_view text);

}  // namespace goldtape::provider
