// NASDAQ Trader's files of all listed symbols and its trade halts, as it serves them.
#pragma once

#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

/// Answers GET requests for nasdaqlisted.txt and otherlisted.txt (under any folder: the site has them below
/// /dynamic/SymDir/, FTP below /SymbolDirectory/) and for the halts of today as RSS
/// (/rss.aspx?feed=tradehalts, /tradehalts; haltdate=MMDDYYYY for another day). Securities are those listed
/// by the clock's date; a few test issues stand among them.
[[nodiscard]] WireAnswer nasdaq_answer(const Scene& scene, const WireRequest& request);

}  // namespace goldtape::simulate
