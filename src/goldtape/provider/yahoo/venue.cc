#include "goldtape/provider/yahoo/venue.h"

#include <array>

#include "goldtape/provider/yahoo/parser.h"

namespace goldtape::provider::yahoo {

namespace {

using model::Interval;
using std::chrono::days;

constexpr std::array kIntervals{
    IntervalTraits{Interval::k1m, days(30), days(7)},
    IntervalTraits{Interval::k5m, days(60), days(60)},
    IntervalTraits{Interval::k15m, days(60), days(60)},
    IntervalTraits{Interval::k1h, days(730), days(730)},
    IntervalTraits{Interval::k1d, {}, {}},
};
constexpr std::array<std::string_view, 2> kYesNo{"true", "false"};
constexpr std::array kBarOptions{OptionTraits{"extended", "false", kYesNo}};
constexpr Date kFirst{std::chrono::year(1962) / 1 / 2};
constexpr std::array kDatasets{
    DatasetTraits{"bars", kIntervals, 1, true, kBarOptions, kFirst},
    DatasetTraits{"actions", {}, 1, true, {}, kFirst},
};
constexpr VenueTraits kTraits{
    .name = "yahoo",
    .title = "Yahoo Finance (chart v8)",
    .base_url = "https://query1.finance.yahoo.com",
    .datasets = kDatasets,
    .politeness = {.requests_per_second = 2, .burst = 2, .concurrency = 2},
    .secrets = {},
    .symbols = {.share_class = "-", .preferred = "-P", .warrant = "-WT", .unit = "-UN", .right = "-RI"},
    .needs_handshake = true,
};

}  // namespace

const VenueTraits& YahooVenue::traits() const { return kTraits; }

std::vector<Request> YahooVenue::also_answers(const Request& request) const {
  if (request.dataset != "bars" || request.interval != Interval::k1d) return {};
  Request actions = request;
  actions.dataset = "actions";
  actions.interval = {};
  actions.params.erase("extended");
  return {std::move(actions)};
}

Result<Rows> YahooVenue::parse(const Answer& answer) const {
  if (answer.request.dataset == "actions") return parse_actions(answer);
  if (answer.request.dataset == "bars") return parse_bars(answer);
  return std::unexpected(traits().find(answer.request.dataset).error());
}

}  // namespace goldtape::provider::yahoo
