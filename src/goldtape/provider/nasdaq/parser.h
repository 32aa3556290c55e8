// NASDAQ's lists and halts to rows: pure functions of the answer.
//
// Errors of both (kDamaged, where = "answer:line"): GT2220 nothing there, GT2221 a web page; packing.
#pragma once

#include <string_view>

#include "goldtape/provider/provider.h"

namespace goldtape::provider::nasdaq {

/// nasdaqlisted.txt or otherlisted.txt, or several of them one after the other: a header, rows with fields
/// between pipes, and "File Creation Time: MMDDYYYYHH:MM", which gives the rows their date. `ticker` is the
/// Symbol or ACT Symbol. Lists of different days in one answer are said in `notes`. Names are kept as they
/// stand: NA, TRUE and NAN are tickers, test issues are rows. Errors: GT2231 a list without its last line
/// (cut short), GT2232 a header that is not one of these, GT2233 a row with more or fewer fields, or without
/// a symbol, GT2234 a creation time that is none.
[[nodiscard]] Result<model::RecordBatch> parse_listings(const Answer& answer);

/// The RSS feed of trading halts: bronze.halts. Times are New York's. Errors: GT2235 not that feed, or cut
/// short; GT2226 a time or price that cannot be one.
[[nodiscard]] Result<model::RecordBatch> parse_halts(const Answer& answer);

}  // namespace goldtape::provider::nasdaq
