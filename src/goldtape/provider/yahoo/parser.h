// Charts to rows: pure functions of the request, the bytes and the moment of observation.
#pragma once

#include "goldtape/provider/provider.h"

namespace goldtape::provider::yahoo {

/// Bars of a chart: basis split_adjusted as of the New York date of observation, ticker as asked for.
///
/// Rows whose five values are all null are counted as empty; bars that had not ended when they were observed
/// (today's, and the live quote that stands off the interval's grid) as unfinished. Rows that lack some
/// values, and the earlier of two rows for one session, are set aside in `rejected`.
///
/// Errors: those of JsonBody; GT2224 (kNotFound) the vendor's error in an answer of status 200; kDamaged
/// GT2225 columns of unequal length or prices without times, GT2226 a number that no price or volume can be,
/// GT2229 another symbol or interval than was asked for; GT2228 (kUnsupported) a currency other than USD, or
/// minutes of an exchange outside New York.
[[nodiscard]] Result<model::BarBatch> parse_bars(const Answer& answer);

/// Splits, dividends and capital gains of a chart. Amounts are divided by later splits: basis_as_of says up
/// to when. A capital gain on the day of a dividend is added to it. Known at the beginning of the ex-date, or
/// when observed, if that was earlier. Errors: as parse_bars.
[[nodiscard]] Result<model::ActionBatch> parse_actions(const Answer& answer);

}  // namespace goldtape::provider::yahoo
