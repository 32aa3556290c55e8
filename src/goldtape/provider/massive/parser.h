// Massive's answers to rows: pure functions of the request, the bytes and the moment of observation.
//
// Errors of all: those of json_body.h; GT2224 (kNotFound) an answer whose status is not OK or DELAYED; GT2226
// a number or time that cannot be one.
#pragma once

#include <string>

#include "goldtape/provider/provider.h"

namespace goldtape::provider::massive {

/// {"ticker": SYMBOL, "results": [{"T"?, "t" ms, "o", "h", "l", "c", "v", "vw"?, "n"?}]}; no results is no
/// bars. Rows of a fraction of a share, or without a member, are set aside; bars that had not ended are
/// counted and left out.
[[nodiscard]] Result<model::BarBatch> parse_bars(const Answer& answer);

/// {"results": [...]} of splits, or of dividends where the request says kind = dividends. Known from the
/// declaration on, where it is said.
[[nodiscard]] Result<model::ActionBatch> parse_actions(const Answer& answer);

/// {"results": [...]} of tickers: bronze.listings, list "tickers".
[[nodiscard]] Result<model::RecordBatch> parse_tickers(const Answer& answer);

/// "next_url" of an answer; empty when there is none.
[[nodiscard]] Result<std::string> next_url(const Answer& answer);

}  // namespace goldtape::provider::massive
