#include "goldtape/simulate/simulator.h"

#include <algorithm>

#include "goldtape/io/http.h"
#include "goldtape/simulate/yahoo.h"

namespace goldtape::simulate {
namespace {

constexpr std::string_view kIndex =
    "Goldtape's provider simulator: nothing here is a real price.\n\n"
    "/yahoo/v8/finance/chart/AAPL?interval=1d&range=1mo\n"
    "/alpaca/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=DATE  (any key and secret)\n"
    "/nasdaq/nasdaqlisted.txt, /nasdaq/otherlisted.txt, /nasdaq/tradehalts\n"
    "/massive/v2/aggs/ticker/AAPL/range/1/minute/DATE/DATE?apiKey=any\n"
    "/simulator  its own state; POST /simulator/clock?now=TIME&speed=X moves its clock,\n"
    "            PUT /simulator/trouble changes what goes wrong\n";

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

}  // namespace

Simulator::Simulator(SimulatorOptions options)
    : options_(std::move(options)),
      stream_([this] { return scene_at(Venue::kAlpaca, options_.clock->now()); }) {
  const std::scoped_lock lock(troubles_mutex_);
  troubles_.push_back(std::make_unique<TroubleMaker>(options_.troubles));
}

TroubleMaker& Simulator::troubles() {
  const std::scoped_lock lock(troubles_mutex_);
  return *troubles_.back();
}

Scene Simulator::scene_at(Venue venue, Timestamp now) {
  return {.market = options_.market.get(), .now = now, .troubles = troubles().bars_at(venue)};
}

serve::Response Simulator::handle(const serve::Request& request) {
  if (const auto route = find_route(request.path, request.headers.get("Host"), request.tls)) {
    return handle_venue(request, *route);
  }
  return handle_own(request);
}

serve::Response Simulator::handle_venue(const serve::Request& request, const VenueRoute& route) {
  const Timestamp now = options_.clock->now();
  const auto wire = to_wire(request, route.path, route.base_url);
  const auto met = troubles().meet(route.venue, route.path, request.target, options_.real->monotonic(),
                                   yahoo_has_session(wire));
  serve::Response response;
  const bool replaced =
      std::ranges::any_of(met, [](const WireTrouble* trouble) { return replaces_answer(trouble->kind); });
  if (request.method != "GET" && request.method != "HEAD") {
    response = serve::Response::json(405, R"({"message":"method not allowed"})");
  } else if (!replaced) {
    if (request.is_websocket && route.venue == Venue::kAlpaca && AlpacaStream::is_stream(route.path)) {
      response.status = 101;
      response.websocket = stream_.events(wire);
    } else {
      response = to_response(venue_answer(route.venue, scene_at(route.venue, now), wire));
    }
  }
  response.headers.set("Date", io::format_http_date(now));
  RequestRecord record{.at = options_.real->now(),
                       .now = now,
                       .venue = to_string(route.venue),
                       .method = request.method,
                       .target = request.target,
                       .bytes = response.body.size()};
  for (const WireTrouble* trouble : met) {
    apply_trouble(*trouble, route.venue, response);
    record.troubles.push_back(to_string(trouble->kind));
  }
  counts_.add(route.venue, response.status);
  record.status = response.status;
  if (options_.log) options_.log->write(record);
  return response;
}

serve::Response Simulator::replace_troubles(const serve::Request& request) {
  TroubleScript script;
  if (!request.body.empty()) {
    auto parsed = parse_trouble_script(request.body, "the script sent");
    if (!parsed) return serve::Response::error(request, parsed.error());
    script = *std::move(parsed);
  }
  const std::scoped_lock lock(troubles_mutex_);
  troubles_.push_back(std::make_unique<TroubleMaker>(std::move(script)));
  return serve::Response::json(200, "{}");
}

serve::Response Simulator::handle_own(const serve::Request& request) {
  if (request.path == "/") return serve::Response::text(200, std::string(kIndex));
  if (request.path != "/simulator" && !request.path.starts_with("/simulator/")) {
    return serve::Response::text(404, std::string(kIndex));
  }
  if (request.path == "/simulator/trouble") {
    if (request.method == "PUT") return replace_troubles(request);
    return serve::Response::json(405, R"({"message":"troubles are replaced by PUT"})");
  }
  return to_response(
      control_answer({.market = options_.market.get(), .clock = options_.clock.get(), .counts = &counts_},
                     request.method, to_wire(request, percent_decode(request.path, false), {})));
}

}  // namespace goldtape::simulate
