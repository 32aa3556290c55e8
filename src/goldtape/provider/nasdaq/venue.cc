#include "goldtape/provider/nasdaq/venue.h"

#include <array>

#include "goldtape/provider/nasdaq/parser.h"

namespace goldtape::provider::nasdaq {

namespace {

constexpr std::array kDatasets{
    DatasetTraits{"listings", {}, 0, false, {}, {}},
    DatasetTraits{"halts", {}, 0, true, {}, {}, std::chrono::days(1)},
};
constexpr VenueTraits kTraits{
    .name = "nasdaq",
    .title = "NASDAQ Trader (symbol directory, halts)",
    .base_url = "https://www.nasdaqtrader.com",
    .datasets = kDatasets,
    .politeness = {.requests_per_second = 0.5, .burst = 2, .concurrency = 1},
    .secrets = {},
};

}  // namespace

const VenueTraits& NasdaqVenue::traits() const { return kTraits; }

Result<Rows> NasdaqVenue::parse(const Answer& answer) const {
  if (answer.request.dataset == "listings") return parse_listings(answer);
  if (answer.request.dataset == "halts") return parse_halts(answer);
  return std::unexpected(traits().find(answer.request.dataset).error());
}

}  // namespace goldtape::provider::nasdaq
