// Yahoo's chart endpoint, as it answers (docs/simulate.md).
#pragma once

#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

/// Answers GET requests below query1 and query2.finance.yahoo.com (/v8/finance/chart/SYMBOL,
/// /v1/test/getcrumb) and fc.yahoo.com (/ and /fc). Prices are split-adjusted as of the clock and float32
/// widened; adjclose has the dividends too. Limits as there: one-minute bars seven days a request (eight
/// with slack) and thirty days back, two to ninety minutes sixty days, an hour 730. Errors of the market are
/// answered with status 500.
[[nodiscard]] WireAnswer yahoo_answer(const Scene& scene, const WireRequest& request);

/// Whether a request bears the cookie and the crumb that the answers above give out.
[[nodiscard]] bool yahoo_has_session(const WireRequest& request);

/// Yahoo writes BRK-B for BRK.B.
[[nodiscard]] std::string yahoo_symbol(std::string_view ticker);

}  // namespace goldtape::simulate
