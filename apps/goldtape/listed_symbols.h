// The universe of all listed symbols, as a venue writes them.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/venue.h"

namespace goldtape::app {

struct ListedSymbols {
  std::vector<std::string> symbols;  ///< Sorted.
  /// What a person should know: the lists that they come from are of different days. Else empty.
  std::string remark;
};

/// Active symbols of the venue's own latest list in bronze.listings, else of NASDAQ's latest two, test issues
/// left out. `exchange` is a MIC, empty: all. Errors: kNotFound GT6105 no list, or none of that
/// exchange.
[[nodiscard]] Result<ListedSymbols> listed_symbols(const lake::Lake& lake, const provider::VenueTraits& venue,
                                                   const std::string& exchange);

}  // namespace goldtape::app
