// Massive (formerly Polygon.io), as it answers.
#pragma once

#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

/// Answers GET requests below api.massive.com:
///
///   /v2/aggs/ticker/T/range/N/SPAN/FROM/TO    minute, hour and day bars, paged by next_url
///   /v2/aggs/ticker/T/prev                     the last whole day
///   /v2/aggs/grouped/locale/us/market/stocks/DATE
///   /v3/reference/splits, /v3/reference/dividends, /v3/reference/tickers, /v3/reference/tickers/T
///
/// A key is required (apiKey, or Authorization: Bearer), whatever it is, unless it begins with "REVOKED".
[[nodiscard]] WireAnswer massive_answer(const Scene& scene, const WireRequest& request);

}  // namespace goldtape::simulate
