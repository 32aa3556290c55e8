// Alpaca's market data API, version 2, and the parts of its trading API that describe the market.
//
// Format: https://docs.alpaca.markets/reference/stockbars and its neighbours; the shapes are those of answers
// recorded in alpaca-trade-api-go and alpaca-py (fixtures/).
#pragma once

#include "goldtape/provider/venue.h"

namespace goldtape::provider::alpaca {

class AlpacaVenue final : public Venue {
 public:
  /// bars (1m 5m 15m 1h 1d 1w 1mo; options adjustment = raw | split | dividend | spin-off | all, feed = sip |
  /// iex | otc, asof = a date), latest_bars and snapshots (bars too: 1m the newest minute, 1d the daily
  /// ones), trades, actions (all types of corporate-actions v1), listings (assets), sessions (calendar).
  ///
  /// Rows of another feed or adjustment are another source: "alpaca" is sip and raw, "alpaca-iex",
  /// "alpaca-split" and so on stand apart.
  [[nodiscard]] const VenueTraits& traits() const override;
  [[nodiscard]] std::string source_of(const Request& request) const override;
  [[nodiscard]] Result<io::HttpRequest> to_http(const Request& request, const Access& access) const override;
  [[nodiscard]] Result<std::optional<Request>> next_page(const Answer& answer) const override;
  /// 429 waits until X-RateLimit-Reset; 403 about a subscription is kRefused, for other questions still do.
  [[nodiscard]] Verdict judge(const io::HttpResponse& response, Timestamp now) const override;
  Result<Rows> parse(const Answer& answer) const override;
};

}  // namespace goldtape::provider::alpaca
