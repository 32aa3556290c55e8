// Which venue a request means, by its path or, for clients that insist on a venue's own host, by its host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

enum class Venue : std::uint8_t { kYahoo, kAlpaca, kNasdaq, kMassive };

/// "yahoo", "alpaca", "nasdaq", "massive"; also the first segment of their paths.
[[nodiscard]] std::string_view to_string(Venue venue);
[[nodiscard]] std::optional<Venue> parse_venue(std::string_view name);

struct VenueRoute {
  Venue venue = Venue::kYahoo;
  std::string path;      ///< Below the venue, percent-decoded: "/v8/finance/chart/AAPL".
  std::string base_url;  ///< How the client reaches the venue, without a slash at the end.
};

/// `path` as sent, percent-encoded; `host` as in the Host header. By host: *.finance.yahoo.com and
/// fc.yahoo.com, *.alpaca.markets, *.nasdaqtrader.com, api.massive.com and api.polygon.io; the whole path is
/// then the venue's. Else the path's first segment names the venue. Nothing: neither does.
[[nodiscard]] std::optional<VenueRoute> find_route(std::string_view path, std::string_view host, bool tls);

/// The venue's answer to a GET request.
[[nodiscard]] WireAnswer venue_answer(Venue venue, const Scene& scene, const WireRequest& request);

}  // namespace goldtape::simulate
