// A venue over HTTP whose answers are lines of text, for tests: a small provider built from venue.h alone.
#pragma once

#include <array>
#include <string>

#include "goldtape/ingest/asked.h"
#include "goldtape/ingest/lake_fixture_internal.h"
#include "goldtape/provider/venue.h"

namespace goldtape::ingest::testing {

/// Asks BASE/bars?tickers=A,B&from=...&to=...[&page_token=N]; the answer's lines are those of
/// ScriptedProvider, and "next N" names the page that follows.
class ScriptedVenue final : public provider::Venue {
 public:
  [[nodiscard]] const provider::VenueTraits& traits() const override {
    static constexpr std::array kIntervals{
        provider::IntervalTraits{model::Interval::k1m, std::chrono::days(30), std::chrono::days(7)},
        provider::IntervalTraits{model::Interval::k1d, {}, {}}};
    static constexpr std::array kDatasets{provider::DatasetTraits{"bars", kIntervals, 3, true, {}, {}}};
    static constexpr provider::VenueTraits kTraits{
        .name = "scripted",
        .title = "A venue of the tests",
        .base_url = "http://127.0.0.1:1",
        .datasets = kDatasets,
        .politeness = {.requests_per_second = 2, .burst = 1, .concurrency = 2},
        .secrets = {},
        .needs_handshake = false};
    return kTraits;
  }

  [[nodiscard]] Result<io::HttpRequest> to_http(const provider::Request& request,
                                                const provider::Access& access) const override {
    io::HttpRequest out;
    std::string tickers;
    for (const std::string& ticker : tickers_of(request)) tickers += (tickers.empty() ? "" : ",") + ticker;
    out.url = access.base_url + "/bars?tickers=" + tickers + "&from=" + request.params.at("from") +
              "&to=" + request.params.at("to");
    const auto page = request.params.find("page_token");
    if (page != request.params.end()) out.url += "&page_token=" + page->second;
    return out;
  }

  [[nodiscard]] Result<std::optional<provider::Request>> next_page(
      const provider::Answer& answer) const override {
    const auto at = answer.bytes.find("next ");
    if (at == std::string::npos) return std::nullopt;
    provider::Request next = answer.request;
    next.params["page_token"] = answer.bytes.substr(at + 5, answer.bytes.find('\n', at) - at - 5);
    return next;
  }

  Result<provider::Rows> parse(const provider::Answer& answer) const override {
    provider::Answer bare = answer;
    const auto at = bare.bytes.find("next ");
    if (at != std::string::npos) bare.bytes.erase(at);
    return ScriptedProvider().parse(bare);
  }
};

}  // namespace goldtape::ingest::testing
