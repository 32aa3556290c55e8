// Charts in the very form in which Yahoo prints them, their columns read in one pass over the text: no white
// space, numbers without sign and exponent, members in Yahoo's order. Whatever looks otherwise, right or
// wrong, is left to the JSON reader. Not public.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/provider/yahoo/chart_internal.h"

namespace goldtape::provider::yahoo::internal {

/// Fills the columns of `chart`, and puts what is left of the answer without them into `rest`: a chart of
/// meta and events alone, for the JSON reader. False, with both anyhow, where the text is of another form.
[[nodiscard]] bool read_plain_columns(std::string_view text, Chart& chart, std::string& rest);

}  // namespace goldtape::provider::yahoo::internal
