// Yahoo Finance's chart API, version 8: bars with adjusted close, splits and dividends.
//
// Prices, volumes and amounts per share come divided by all splits up to the day of asking, widened from
// 32-bit floats; they are kept as they came, with that day as their basis. There is no contract: the shapes
// are those of recorded answers (fixtures/) and of what yfinance and node-yahoo-finance2 have learned to cope
// with.
#pragma once

#include "goldtape/provider/venue.h"

namespace goldtape::provider::yahoo {

class YahooVenue final : public Venue {
 public:
  /// bars: 1m (7 days a request, 30 days back), 5m and 15m (60 days back), 1h (730), 1d; option `extended` =
  /// true | false for pre and post market. actions: splits, dividends, capital gains; the answer of daily
  /// bars holds them too. Tickers are Yahoo's own (BRK-B, ^GSPC).
  [[nodiscard]] const VenueTraits& traits() const override;
  /// Never needs a key; uses cookie and crumb when `access` holds them.
  [[nodiscard]] Result<io::HttpRequest> to_http(const Request& request, const Access& access) const override;
  /// 401, and 403 that speaks of a crumb or cookie: kNeedsSession. 400 for a range before the listing:
  /// kNotFound.
  [[nodiscard]] Verdict judge(const io::HttpResponse& response, Timestamp now) const override;
  [[nodiscard]] std::vector<Request> also_answers(const Request& request) const override;
  /// First a cookie from fc.yahoo.com, then the crumb that belongs to it; with another base URL both from
  /// there
  /// (/fc and /v1/test/getcrumb).
  [[nodiscard]] std::optional<io::HttpRequest> next_handshake(const Access& access) const override;
  Status take_handshake(const io::HttpResponse& response, Access& access) const override;
  Result<Rows> parse(const Answer& answer) const override;
};

}  // namespace goldtape::provider::yahoo
