#include "goldtape/provider/venues.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/alpaca/venue.h"
#include "goldtape/provider/massive/venue.h"
#include "goldtape/provider/nasdaq/venue.h"
#include "goldtape/provider/yahoo/venue.h"

namespace goldtape::provider {

std::span<const std::shared_ptr<Venue>> venues() {
  static const std::vector<std::shared_ptr<Venue>> all{
      std::make_shared<alpaca::AlpacaVenue>(), std::make_shared<massive::MassiveVenue>(),
      std::make_shared<nasdaq::NasdaqVenue>(), std::make_shared<yahoo::YahooVenue>()};
  return all;
}

Result<std::shared_ptr<Venue>> find_venue(std::string_view name) {
  std::vector<std::string_view> known;
  for (const std::shared_ptr<Venue>& venue : venues()) {
    if (venue->name() == name) return venue;
    known.push_back(venue->name());
  }
  return fail(ErrorKind::kUsage, 2005,
              fmt::format("no venue is called '{}'{}; there are {}", name, did_you_mean(name, known),
                          join_or(known)));
}

Status add_venues(Registry& registry) {
  for (const std::shared_ptr<Venue>& venue : venues()) GT_RETURN_IF_ERROR(registry.add(venue));
  return {};
}

}  // namespace goldtape::provider
