#include "goldtape/simulate/control.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "goldtape/model/bar_batch.h"
#include "goldtape/simulate/json_text.h"

namespace goldtape::simulate {
namespace {

WireAnswer refuse(int status, std::string_view message) {
  std::string body = "{";
  json::member(body, "message", message);
  body.push_back('}');
  return {.status = status, .body = std::move(body)};
}

WireAnswer overview(const ControlScene& scene) {
  std::string body = "{";
  json::member(body, "now", format_timestamp(scene.clock->now()));
  json::member(body, "speed", scene.clock->speed());
  json::member(body, "first_date", format_date(scene.market->first_date()));
  json::member(body, "last_date", format_date(scene.market->last_date()));
  json::member(body, "securities", static_cast<std::int64_t>(scene.market->securities().size()));
  json::key(body, "answers");
  body += scene.counts->to_json() + "}";
  return {.body = std::move(body)};
}

WireAnswer move_clock(const ControlScene& scene, const WireRequest& request) {
  const auto now = request.get("now"), speed = request.get("speed");
  if (!now && !speed) return refuse(400, "say now=TIME, speed=X or both");
  const auto instant = now ? parse_timestamp(*now) : Result<Timestamp>(Timestamp{});
  if (!instant) return refuse(400, "now: " + instant.error().message);
  double factor = 0;
  if (speed) {
    const auto [end, error] = std::from_chars(speed->data(), speed->data() + speed->size(), factor);
    if (error != std::errc{} || end != speed->data() + speed->size() || !(factor >= 0) ||
        factor > kMaxClockSpeed) {
      return refuse(400, fmt::format("speed is a number from 0 to {}", kMaxClockSpeed));
    }
  }
  if (speed) scene.clock->set_speed(factor);
  if (now) scene.clock->set(*instant);
  return overview(scene);
}

void append_security(std::string& out, const Security& security) {
  out.push_back('{');
  json::member(out, "name", security.name);
  json::member(out, "mic", security.mic);
  json::member(out, "kind", security.kind == AssetKind::kEtf ? "etf" : "stock");
  json::member(out, "listed", format_date(security.listed));
  if (security.delisted) json::member(out, "delisted", format_date(*security.delisted));
  json::key(out, "tickers");
  out.push_back('[');
  for (const TickerSpan& span : security.tickers) {
    json::comma(out);
    out.push_back('{');
    json::member(out, "ticker", span.ticker);
    json::member(out, "from", format_date(span.from));
    if (span.until != Date::max()) json::member(out, "until", format_date(span.until));
    out.push_back('}');
  }
  out.push_back(']');
  json::key(out, "actions");
  out.push_back('[');
  for (const auto& action : security.actions) {
    json::comma(out);
    out.push_back('{');
    json::member(out, "type", model::to_string(action.type));
    json::member(out, "ex_date", format_date(action.ex_date));
    json::member(out, "ticker", action.ticker);
    if (!action.new_ticker.empty()) json::member(out, "new_ticker", action.new_ticker);
    json::member(out, "value", action.value);
    json::member(out, "known_at", format_timestamp(action.known_at));
    out.push_back('}');
  }
  out.append("]}");
}

WireAnswer securities(const ControlScene& scene) {
  std::string body = "[";
  for (const Security& security : scene.market->securities()) {
    json::comma(body);
    append_security(body, security);
  }
  return {.body = body + "]"};
}

std::string csv_of(std::string_view ticker, const std::vector<MarketBar>& bars) {
  std::string body = "ticker,ts,date,open,high,low,close,volume,vwap,trade_count,session\n";
  for (const MarketBar& bar : bars) {
    body += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", ticker, format_timestamp(bar.ts),
                        format_date(bar.date), bar.open, bar.high, bar.low, bar.close, bar.volume,
                        std::isnan(bar.vwap) ? "" : fmt::to_string(bar.vwap),
                        bar.trade_count == model::kAbsentCount ? "" : fmt::to_string(bar.trade_count),
                        model::to_string(bar.part));
  }
  return body;
}

WireAnswer bars(const ControlScene& scene, const WireRequest& request, std::string_view ticker) {
  Date from = scene.market->first_date(), to = scene.market->last_date();
  Date asof = scene.market->last_date();
  for (const auto& [name, date] :
       {std::pair{"from", &from}, std::pair{"to", &to}, std::pair{"asof", &asof}}) {
    const auto text = request.get(name);
    if (!text) continue;
    const auto parsed = parse_date(*text);
    if (!parsed) return refuse(400, fmt::format("{}: {}", name, parsed.error().message));
    *date = *parsed;
  }
  const auto interval = request.get_or("interval", "1m");
  if (interval != "1m" && interval != "1d") return refuse(400, "interval is 1m or 1d");
  const auto* security = scene.market->find_ever(ticker, asof);
  if (security == nullptr) return refuse(404, fmt::format("nobody bears {}", ticker));
  const auto found =
      interval == "1d" ? scene.market->days(*security, from, to) : scene.market->minutes(*security, from, to);
  if (!found) return refuse(500, found.error().to_string());
  return {.body = csv_of(ticker, *found), .content_type = "text/csv"};
}

}  // namespace

void AnswerCounts::add(Venue venue, int status) {
  const std::scoped_lock lock(mutex_);
  ++counts_[{venue, status}];
}

std::string AnswerCounts::to_json() const {
  const std::scoped_lock lock(mutex_);
  std::string out = "{";
  std::string_view open;
  for (const auto& [key, count] : counts_) {
    const auto name = to_string(key.first);
    if (name != open) {
      if (!open.empty()) out.push_back('}');
      json::key(out, name);
      out.push_back('{');
      open = name;
    }
    json::member(out, std::to_string(key.second), static_cast<std::int64_t>(count));
  }
  return out + (open.empty() ? "}" : "}}");
}

std::uint64_t AnswerCounts::total() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [key, count] : counts_) sum += count;
  return sum;
}

WireAnswer control_answer(const ControlScene& scene, std::string_view method, const WireRequest& request) {
  constexpr std::string_view kRoot = "/simulator", kBars = "/bars/";
  const auto rest = std::string_view(request.path).substr(kRoot.size());
  if (rest == "/clock") {
    return method == "POST" ? move_clock(scene, request) : refuse(405, "the clock is moved by POST");
  }
  if (method != "GET" && method != "HEAD") return refuse(405, "only GET is answered here");
  if (rest.empty() || rest == "/") return overview(scene);
  if (rest == "/securities") return securities(scene);
  if (rest.starts_with(kBars)) return bars(scene, request, rest.substr(kBars.size()));
  return refuse(404,
                "nothing is here: /simulator, /simulator/clock, /simulator/securities and "
                "/simulator/bars/TICKER are");
}

}  // namespace goldtape::simulate
