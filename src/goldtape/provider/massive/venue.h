// Massive (formerly Polygon.io): aggregates, splits, dividends and tickers.
//
// Format: https://massive.com/docs/rest/stocks; the shapes are those of answers recorded in client-python
// (fixtures/). Its daily flat files are CSV, read by the `massive` dialect of the files provider.
#pragma once

#include "goldtape/provider/venue.h"

namespace goldtape::provider::massive {

class MassiveVenue final : public Venue {
 public:
  /// bars (1m 5m 15m 1h 1d; option adjusted = false | true), grouped (all tickers of one day, 1d), actions
  /// (splits, and as its following page dividends), listings (tickers). Adjusted bars are the source
  /// "massive-split".
  [[nodiscard]] const VenueTraits& traits() const override;
  [[nodiscard]] std::string source_of(const Request& request) const override;
  [[nodiscard]] Result<io::HttpRequest> to_http(const Request& request, const Access& access) const override;
  /// By next_url, of which path and query are kept; another host or path is not followed (GT2230).
  [[nodiscard]] Result<std::optional<Request>> next_page(const Answer& answer) const override;
  Result<Rows> parse(const Answer& answer) const override;
};

}  // namespace goldtape::provider::massive
