// What a venue has been asked already, by the word of the audit.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/interval.h"
#include "goldtape/provider/provider.h"
#include "goldtape/provider/venue.h"
#include "goldtape/store/database.h"

namespace goldtape::ingest {

/// A range for which the whole answer, all pages, is in the lake.
struct AskedRange {
  TimeRange range;
  Timestamp observed_at{};
  std::string status;  ///< Of the load that says most: loaded, unchanged, seen, not_found, landed.
};

/// One kind of question, whatever its tickers and range: bars of one length with one set of options.
struct Stream {
  std::string source;
  std::string dataset = "bars";
  model::Interval interval = model::Interval::k1d;
  std::map<std::string, std::string> options;
  auto operator<=>(const Stream&) const = default;
};

/// By ticker; "" for what is asked as a whole.
using Asked = std::map<std::string, std::vector<AskedRange>, std::less<>>;

/// The tickers of a request; one empty text for a question without tickers.
[[nodiscard]] std::vector<std::string> tickers_of(const provider::Request& request);
/// Its range; an empty one at the epoch where it has none.
[[nodiscard]] Result<TimeRange> range_of(const provider::Request& request);
/// Of its params those that are options of the dataset.
[[nodiscard]] Stream stream_of(const provider::Request& request, const provider::VenueTraits& traits);

/// Everything that this venue was asked and answered. Pages that were got in one run belong together: when
/// one of them failed, the range counts as not asked. Errors: the store's; kDamaged GT2006 an audit row whose
/// request cannot be read.
[[nodiscard]] Result<std::map<Stream, Asked>> read_asked(store::Database& database,
                                                         const provider::VenueTraits& traits);

}  // namespace goldtape::ingest
