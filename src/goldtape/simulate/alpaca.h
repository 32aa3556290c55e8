// Alpaca's market data, corporate actions and the reference part of its trading API, as they answer.
#pragma once

#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

/// Answers GET requests below data.alpaca.markets and paper-api.alpaca.markets:
///
///   /v2/stocks/bars, /v2/stocks/SYMBOL/bars       bars, paged by limit and page_token
///   /v2/stocks/trades, /v2/stocks/SYMBOL/trades   trades made from the minute bars
///   .../bars/latest, .../trades/latest, .../quotes/latest, /v2/stocks/snapshots
///   /v1/corporate-actions                          (/v1beta1 too)
///   /v2/assets, /v2/assets/SYMBOL, /v2/calendar, /v2/clock
///
/// The stream of market data is alpaca_stream.h's. Keys are required (APCA-API-KEY-ID and
/// APCA-API-SECRET-KEY, or Authorization), whatever they are, unless the key begins with "REVOKED". Every
/// feed has the same bars.
[[nodiscard]] WireAnswer alpaca_answer(const Scene& scene, const WireRequest& request);

}  // namespace goldtape::simulate
