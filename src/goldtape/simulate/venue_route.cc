#include "goldtape/simulate/venue_route.h"

#include <algorithm>
#include <array>

#include "goldtape/simulate/alpaca.h"
#include "goldtape/simulate/massive.h"
#include "goldtape/simulate/nasdaq.h"
#include "goldtape/simulate/yahoo.h"

namespace goldtape::simulate {
namespace {

struct Named {
  Venue venue;
  std::string_view name;
};
constexpr std::array kVenues{Named{Venue::kYahoo, "yahoo"}, Named{Venue::kAlpaca, "alpaca"},
                             Named{Venue::kNasdaq, "nasdaq"}, Named{Venue::kMassive, "massive"}};

constexpr std::array kDomains{Named{Venue::kYahoo, "yahoo.com"}, Named{Venue::kAlpaca, "alpaca.markets"},
                              Named{Venue::kNasdaq, "nasdaqtrader.com"},
                              Named{Venue::kMassive, "massive.com"}, Named{Venue::kMassive, "polygon.io"}};

bool lies_in(std::string_view host, std::string_view domain) {
  if (!host.ends_with(domain)) return false;
  host.remove_suffix(domain.size());
  return host.empty() || host.ends_with('.');
}

}  // namespace

std::string_view to_string(Venue venue) { return std::ranges::find(kVenues, venue, &Named::venue)->name; }

std::optional<Venue> parse_venue(std::string_view name) {
  const auto* found = std::ranges::find(kVenues, name, &Named::name);
  return found == kVenues.end() ? std::nullopt : std::optional(found->venue);
}

std::optional<VenueRoute> find_route(std::string_view path, std::string_view host, bool tls) {
  const std::string origin = (tls ? "https://" : "http://") + std::string(host);
  const std::string_view name = host.substr(0, host.find(':'));
  for (const auto& [venue, domain] : kDomains) {
    if (lies_in(name, domain)) return VenueRoute{venue, percent_decode(path, false), origin};
  }
  if (!path.starts_with('/')) return std::nullopt;
  const auto end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(1, end - 1);
  const auto venue = parse_venue(segment);
  if (!venue) return std::nullopt;
  const std::string_view rest = path.substr(end);
  return VenueRoute{*venue, rest.empty() ? "/" : percent_decode(rest, false),
                    origin + "/" + std::string(segment)};
}

WireAnswer venue_answer(Venue venue, const Scene& scene, const WireRequest& request) {
  switch (venue) {
    case Venue::kYahoo: return yahoo_answer(scene, request);
    case Venue::kAlpaca: return alpaca_answer(scene, request);
    case Venue::kNasdaq: return nasdaq_answer(scene, request);
    case Venue::kMassive: return massive_answer(scene, request);
  }
  return {.status = 404, .body = {}};
}

}  // namespace goldtape::simulate
