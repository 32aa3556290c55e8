// NASDAQ Trader: the lists of all listed symbols, and trading halts.
//
// Formats: https://www.nasdaqtrader.com/trader.aspx?id=symboldirdefs (lists),
// https://www.nasdaqtrader.com/Trader.aspx?id=TradeHaltRSS (halts).
#pragma once

#include "goldtape/provider/venue.h"

namespace goldtape::provider::nasdaq {

class NasdaqVenue final : public Venue {
 public:
  /// listings (option list = nasdaqlisted | otherlisted; the second follows the first as its next page) and
  /// halts (of the day on which the range begins). Both serve all markets, not NASDAQ's alone.
  [[nodiscard]] const VenueTraits& traits() const override;
  /// With another base URL: /nasdaqlisted.txt, /otherlisted.txt and /rss.aspx below it.
  [[nodiscard]] Result<io::HttpRequest> to_http(const Request& request, const Access& access) const override;
  [[nodiscard]] Result<std::optional<Request>> next_page(const Answer& answer) const override;
  Result<Rows> parse(const Answer& answer) const override;
};

}  // namespace goldtape::provider::nasdaq
