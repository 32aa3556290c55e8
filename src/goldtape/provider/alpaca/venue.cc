#include "goldtape/provider/alpaca/venue.h"

#include <array>

#include "goldtape/provider/alpaca/parser.h"
#include "goldtape/provider/alpaca/stream.h"

namespace goldtape::provider::alpaca {

namespace {

using model::Interval;

constexpr std::array kIntervals{
    IntervalTraits{Interval::k1m, {}, {}},  IntervalTraits{Interval::k5m, {}, {}},
    IntervalTraits{Interval::k15m, {}, {}}, IntervalTraits{Interval::k1h, {}, {}},
    IntervalTraits{Interval::k1d, {}, {}},  IntervalTraits{Interval::k1w, {}, {}},
    IntervalTraits{Interval::k1mo, {}, {}},
};
constexpr std::array kNewestIntervals{IntervalTraits{Interval::k1m, {}, {}}};
constexpr std::array kSnapshotIntervals{IntervalTraits{Interval::k1m, {}, {}},
                                        IntervalTraits{Interval::k1d, {}, {}}};
constexpr std::array<std::string_view, 5> kAdjustments{"raw", "split", "dividend", "spin-off", "all"};
constexpr std::array<std::string_view, 3> kFeeds{"sip", "iex", "otc"};
constexpr std::array<std::string_view, 2> kStatuses{"active", "inactive"};
constexpr std::array kBarOptions{OptionTraits{"adjustment", "raw", kAdjustments},
                                 OptionTraits{"feed", "sip", kFeeds}, OptionTraits{"asof", "", {}}};
constexpr std::array kFeedOptions{OptionTraits{"feed", "sip", kFeeds}};
constexpr std::array kTradeOptions{OptionTraits{"feed", "sip", kFeeds}, OptionTraits{"asof", "", {}}};
constexpr std::array kAssetOptions{OptionTraits{"status", "active", kStatuses}};
constexpr Date kFirst{std::chrono::year(2016) / 1 / 4};
constexpr std::uint32_t kMaxTickers = 100;
constexpr std::array kDatasets{
    DatasetTraits{"bars", kIntervals, kMaxTickers, true, kBarOptions, kFirst},
    DatasetTraits{"latest_bars", kNewestIntervals, kMaxTickers, false, kFeedOptions, {}},
    DatasetTraits{"snapshots", kSnapshotIntervals, kMaxTickers, false, kFeedOptions, {}},
    DatasetTraits{"trades", {}, kMaxTickers, true, kTradeOptions, kFirst},
    DatasetTraits{"actions", {}, kMaxTickers, true, {}, kFirst},
    DatasetTraits{"listings", {}, 0, false, kAssetOptions, {}},
    DatasetTraits{"sessions", {}, 0, true, {}, {}},
};
constexpr std::array<std::string_view, 2> kSecrets{"ALPACA_API_KEY_ID", "ALPACA_API_SECRET_KEY"};
/// As Alpaca's own clients call them.
constexpr std::array kAliases{SecretAlias{"APCA_API_KEY_ID", "ALPACA_API_KEY_ID"},
                              SecretAlias{"APCA_API_SECRET_KEY", "ALPACA_API_SECRET_KEY"}};
/// 200 requests a minute, with a little to spare for clocks that differ.
constexpr VenueTraits kTraits{
    .name = "alpaca",
    .title = "Alpaca (market data v2)",
    .base_url = "https://data.alpaca.markets",
    .datasets = kDatasets,
    .politeness = {.requests_per_second = 3.3, .burst = 10, .concurrency = 8},
    .secrets = kSecrets,
    .secret_aliases = kAliases,
};

}  // namespace

const VenueTraits& AlpacaVenue::traits() const { return kTraits; }

std::string AlpacaVenue::source_of(const Request& request) const {
  std::string source(name());
  const auto feed = request.params.find("feed");
  const auto adjustment = request.params.find("adjustment");
  if (feed != request.params.end() && feed->second != "sip") source += "-" + feed->second;
  if (adjustment != request.params.end() && adjustment->second != "raw") source += "-" + adjustment->second;
  return source;
}

Result<Rows> AlpacaVenue::parse(const Answer& answer) const {
  if (answer.request.params.contains(std::string(kStreamParam))) return parse_stream(answer);
  const std::string& dataset = answer.request.dataset;
  if (dataset == "bars" || dataset == "latest_bars") return parse_bars(answer);
  if (dataset == "snapshots") return parse_snapshots(answer);
  if (dataset == "trades") return parse_trades(answer);
  if (dataset == "actions") return parse_actions(answer);
  if (dataset == "listings") return parse_assets(answer);
  if (dataset == "sessions") return parse_calendar(answer);
  return std::unexpected(traits().find(dataset).error());
}

}  // namespace goldtape::provider::alpaca
