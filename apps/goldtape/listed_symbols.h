// The universe of all listed symbols, as a venue writes them.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/venue.h"

namespace goldtape::app {

/// Active symbols of the venue's own latest list in bronze.listings, else of NASDAQ's latest two, test issues
/// left out; sorted. `exchange` is a MIC, empty: all. Errors: kNotFound GT6105 no list, or none of that
/// exchange.
[[nodiscard]] Result<std::vector<std::string>> listed_symbols(const lake::Lake& lake,
                                                              const provider::VenueTraits& venue,
                                                              const std::string& exchange);

}  // namespace goldtape::app
