#include "goldtape/provider/massive/venue.h"

#include <array>

#include "goldtape/provider/massive/parser.h"

namespace goldtape::provider::massive {

namespace {

using model::Interval;
using std::chrono::days;

constexpr std::array kIntervals{
    IntervalTraits{Interval::k1m, {}, days(40)},  IntervalTraits{Interval::k5m, {}, days(40)},
    IntervalTraits{Interval::k15m, {}, days(40)}, IntervalTraits{Interval::k1h, {}, days(40)},
    IntervalTraits{Interval::k1d, {}, {}},
};
constexpr std::array kDaily{IntervalTraits{Interval::k1d, {}, days(1)}};
constexpr std::array<std::string_view, 2> kYesNo{"true", "false"};
constexpr std::array kBarOptions{OptionTraits{"adjusted", "false", kYesNo}};
constexpr std::array kListOptions{OptionTraits{"active", "true", kYesNo}};
constexpr Date kFirst{std::chrono::year(2003) / 9 / 10};
constexpr std::array kDatasets{
    DatasetTraits{"bars", kIntervals, 1, true, kBarOptions, kFirst},
    DatasetTraits{"grouped", kDaily, 0, true, kBarOptions, kFirst},
    DatasetTraits{"actions", {}, 1, true, {}, {}},
    DatasetTraits{"listings", {}, 0, false, kListOptions, {}},
};
constexpr std::array<std::string_view, 1> kSecrets{"MASSIVE_API_KEY"};
constexpr std::array kAliases{SecretAlias{"POLYGON_API_KEY", "MASSIVE_API_KEY"}};
constexpr VenueTraits kTraits{
    .name = "massive",
    .title = "Massive (Polygon.io)",
    .base_url = "https://api.massive.com",
    .datasets = kDatasets,
    .politeness = {.requests_per_second = 20, .burst = 20, .concurrency = 8},
    .secrets = kSecrets,
    .secret_aliases = kAliases,
    .symbols = {.preferred = "p"},
};

}  // namespace

const VenueTraits& MassiveVenue::traits() const { return kTraits; }

std::string MassiveVenue::source_of(const Request& request) const {
  const auto adjusted = request.params.find("adjusted");
  const bool split = adjusted != request.params.end() && adjusted->second == "true";
  return std::string(name()) + (split ? "-split" : "");
}

Result<Rows> MassiveVenue::parse(const Answer& answer) const {
  const std::string& dataset = answer.request.dataset;
  if (dataset == "bars" || dataset == "grouped") return parse_bars(answer);
  if (dataset == "actions") return parse_actions(answer);
  if (dataset == "listings") return parse_tickers(answer);
  return std::unexpected(traits().find(dataset).error());
}

}  // namespace goldtape::provider::massive
