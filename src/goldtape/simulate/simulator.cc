#include "goldtape/simulate/simulator.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace goldtape::simulate {
namespace {

constexpr std::string_view kIndex =
    "Goldtape's provider simulator: nothing here is a real price.\n\n"
    "/yahoo/v8/finance/chart/AAPL?interval=1d&range=1mo\n"
    "/alpaca/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=DATE  (any key and secret)\n"
    "/nasdaq/nasdaqlisted.txt, /nasdaq/otherlisted.txt, /nasdaq/tradehalts\n"
    "/massive/v2/aggs/ticker/AAPL/range/1/minute/DATE/DATE?apiKey=any\n"
    "/simulator  its own state; POST /simulator/clock?now=TIME&speed=X moves its clock\n";

WireRequest to_wire(const serve::Request& request, std::string path, std::string base_url) {
  WireRequest wire{
      .path = std::move(path), .query = request.query, .headers = {}, .base_url = std::move(base_url)};
  for (const auto& [name, value] : request.headers.fields()) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    wire.headers.emplace_back(std::move(lower), value);
  }
  return wire;
}

serve::Response to_response(WireAnswer answer) {
  serve::Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.headers.set("Content-Type", answer.content_type);
  for (auto& [name, value] : answer.headers) response.headers.add(name, std::move(value));
  return response;
}

/// "Wed, 28 Feb 2024 16:00:30 GMT"
std::string http_date(Timestamp ts) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", std::chrono::floor<std::chrono::seconds>(ts));
}

}  // namespace

serve::Response Simulator::handle(const serve::Request& request) {
  const Timestamp now = options_.clock->now();
  const auto route = find_route(request.path, request.headers.get("Host"), request.tls);
  if (!route) {
    if (request.path == "/") return serve::Response::text(200, std::string(kIndex));
    if (request.path != "/simulator" && !request.path.starts_with("/simulator/")) {
      return serve::Response::text(404, std::string(kIndex));
    }
    return to_response(
        control_answer({.market = options_.market.get(), .clock = options_.clock.get(), .counts = &counts_},
                       request.method, to_wire(request, percent_decode(request.path, false), {})));
  }
  serve::Response response =
      request.method == "GET" || request.method == "HEAD"
          ? to_response(venue_answer(route->venue, {.market = options_.market.get(), .now = now},
                                     to_wire(request, route->path, route->base_url)))
          : serve::Response::json(405, R"({"message":"method not allowed"})");
  response.headers.set("Date", http_date(now));
  counts_.add(route->venue, response.status);
  return response;
}

}  // namespace goldtape::simulate
