// What a file's name says: the ticker of its bars and the day it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "goldtape/base/time.h"

namespace goldtape::provider::files {

/// Whether a file found below a directory is taken for data: *.csv *.tsv *.psv *.parquet *.pq *.dbn, each
/// also with .gz or .zst, any case; not hidden (a leading '.' or '_').
[[nodiscard]] bool has_data_name(std::string_view path);

/// The first part of the base name, up to '_', a blank, the extension or a date: AAPL of AAPL_1min.csv,
/// BRK.B of "BRK.B 2019.csv". Written all in lower case it is put in upper case (spy.csv is SPY).
/// Empty when the name begins with a date or has no such part.
[[nodiscard]] std::string ticker_of_name(std::string_view path);

/// The last date in the base name, as 2015-07-15, 2015_07_15 or 20150715, years 1900 to 2099, not a part of
/// a longer number.
[[nodiscard]] std::optional<Date> date_of_name(std::string_view path);

}  // namespace goldtape::provider::files
