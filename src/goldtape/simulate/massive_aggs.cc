#include <algorithm>
#include <charconv>

#include "goldtape/calendar/calendar.h"
#include "goldtape/calendar/eastern_time.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/massive_internal.h"
#include "goldtape/simulate/price_factors.h"

namespace goldtape::simulate::internal {
namespace {

struct RangeQuery {
  std::string_view ticker;
  std::int64_t multiplier = 1;
  std::string_view timespan;
  Timestamp start{};
  Timestamp end{};  ///< Exclusive.
  bool adjusted = true;
  bool descending = false;
  std::int64_t limit = 5'000;
};

Timestamp midnight(Date date) { return calendar::eastern_to_utc(date, std::chrono::minutes{0}); }

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A date is its whole day in New York, a number milliseconds; as an end both are included.
std::optional<Timestamp> read_time(std::string_view text, bool is_end) {
  if (const auto date = parse_date(text)) return midnight(is_end ? *date + std::chrono::days{1} : *date);
  const auto ms = whole_number(text);
  if (!ms || *ms < 0 || *ms > 4'102'444'800'000) return std::nullopt;
  return from_micros((*ms + (is_end ? 1 : 0)) * 1000);
}

std::optional<WireAnswer> read_query(const WireRequest& request, const std::vector<std::string_view>& parts,
                                     RangeQuery& query) {
  query.ticker = parts[3];
  query.timespan = parts[6];
  const auto multiplier = whole_number(parts[5]);
  const auto start = read_time(parts[7], false), end = read_time(parts[8], true);
  if (!multiplier || *multiplier < 1 || *multiplier > 390)
    return massive_error(400, "The parameter 'multiplier' must be a positive integer.");
  if (query.timespan != "minute" && query.timespan != "hour" && query.timespan != "day") {
    return massive_error(400, "The parameter 'timespan' must be one of minute, hour, day.");
  }
  if (query.timespan == "day" && *multiplier != 1)
    return massive_error(400, "The parameter 'multiplier' must be 1 for days.");
  if (!start || !end)
    return massive_error(
        400, "Could not parse the time parameter: 'from' or 'to'. Use YYYY-MM-DD or Unix MS Timestamp.");
  if (*end <= *start)
    return massive_error(400, "The parameter 'to' cannot be a time that occurs before 'from'.");
  const auto limit = whole_number(request.get_or("limit", "5000"));
  if (!limit || *limit < 1 || *limit > 50'000)
    return massive_error(400, "The parameter 'limit' must be between 1 and 50000.");
  query.multiplier = *multiplier;
  query.start = *start;
  query.end = *end;
  query.limit = *limit;
  query.adjusted = request.get_or("adjusted", "true") != "false";
  query.descending = request.get_or("sort", "asc") == "desc";
  return std::nullopt;
}

void append_bar(std::string& out, const MarketBar& bar) {
  out.append("{\"v\":");
  json::integer(out, bar.volume);
  if (!std::isnan(bar.vwap)) json::member(out, "vw", bar.vwap);
  json::member(out, "o", bar.open);
  json::member(out, "c", bar.close);
  json::member(out, "h", bar.high);
  json::member(out, "l", bar.low);
  json::member(out, "t", to_micros(bar.ts) / 1000);
  if (bar.trade_count != model::kAbsentCount) json::member(out, "n", bar.trade_count);
  out.push_back('}');
}

/// The same with the ticker before it, as in answers about several.
void append_named_bar(std::string& out, std::string_view ticker, const MarketBar& bar) {
  out.append("{\"T\":");
  json::text(out, ticker);
  std::string rest;
  append_bar(rest, bar);
  out.push_back(',');
  out.append(rest, 1);
}

Result<std::vector<MarketBar>> read_bars(const Scene& scene, const Security& security,
                                         const RangeQuery& query) {
  const auto& calendar = calendar::xnys();
  std::vector<MarketBar> bars;
  if (query.timespan == "day") {
    GT_ASSIGN(bars, view_days(*scene.market, security,
                              {.first = calendar.local_date(query.start),
                               .last = calendar.local_date(query.end),
                               .now = scene.now,
                               .troubles = scene.troubles}));
    for (MarketBar& bar : bars) bar.ts = midnight(bar.date);
    std::erase_if(bars, [&](const MarketBar& bar) { return bar.ts < query.start || bar.ts >= query.end; });
  } else {
    const auto unit = query.timespan == "hour" ? 60 : 1;
    GT_ASSIGN(bars, view_minutes(*scene.market, security,
                                 {.minutes = static_cast<std::int32_t>(query.multiplier * unit),
                                  .start = query.start,
                                  .end = query.end,
                                  .now = scene.now,
                                  .troubles = scene.troubles}));
  }
  if (query.adjusted) {
    GT_ASSIGN(const auto factors,
              PriceFactors::make(*scene.market, security, {.splits = true}, scene.today()));
    factors.apply(bars);
  }
  if (query.descending) std::ranges::reverse(bars);
  return bars;
}

/// The rest of the range, from after the last bar of this page.
std::string next_url(const WireRequest& request, const RangeQuery& query, const MarketBar& last) {
  const auto last_ms = to_micros(last.ts) / 1000;
  const auto start_ms = to_micros(query.start) / 1000, end_ms = to_micros(query.end) / 1000 - 1;
  return fmt::format("{}/v2/aggs/ticker/{}/range/{}/{}/{}/{}?adjusted={}&limit={}&sort={}", request.base_url,
                     percent_encode(query.ticker), query.multiplier, query.timespan,
                     query.descending ? start_ms : last_ms + 1, query.descending ? last_ms - 1 : end_ms,
                     query.adjusted, query.limit, query.descending ? "desc" : "asc");
}

std::string begin_body(std::string_view ticker, std::size_t count, bool adjusted) {
  std::string body = "{";
  if (!ticker.empty()) json::member(body, "ticker", ticker);
  json::member(body, "queryCount", static_cast<std::int64_t>(count));
  json::member(body, "resultsCount", static_cast<std::int64_t>(count));
  json::member(body, "adjusted", adjusted);
  return body;
}

void end_body(std::string& body, const WireRequest& request, std::size_t count) {
  json::member(body, "status", "OK");
  json::member(body, "request_id", massive_request_id(request));
  json::member(body, "count", static_cast<std::int64_t>(count));
}

}  // namespace

WireAnswer massive_range(const Scene& scene, const WireRequest& request,
                         const std::vector<std::string_view>& parts) {
  RangeQuery query;
  if (auto error = read_query(request, parts, query)) return *std::move(error);
  std::vector<MarketBar> bars;
  // A name means who bears it today, else who bore it last.
  const auto* security = scene.market->find_ever(query.ticker, scene.today());
  if (security != nullptr && security->listed <= scene.today()) {
    auto read = read_bars(scene, *security, query);
    if (!read) return massive_error(500, read.error().to_string());
    bars = *std::move(read);
  }
  const bool more = bars.size() > static_cast<std::size_t>(query.limit);
  if (more) bars.resize(static_cast<std::size_t>(query.limit));
  std::string body = begin_body(query.ticker, bars.size(), query.adjusted);
  body.reserve(bars.size() * 110 + 512);
  if (!bars.empty()) {
    json::key(body, "results");
    body.push_back('[');
    for (const MarketBar& bar : bars) {
      if (&bar != &bars.front()) body.push_back(',');
      append_bar(body, bar);
    }
    body.push_back(']');
  }
  end_body(body, request, bars.size());
  if (more) json::member(body, "next_url", next_url(request, query, bars.back()));
  body.push_back('}');
  return {.body = std::move(body)};
}

WireAnswer massive_previous(const Scene& scene, const WireRequest& request, std::string_view ticker) {
  const Date today = scene.today();
  const auto* security = scene.market->find_ever(ticker, today);
  std::vector<MarketBar> bars;
  if (security != nullptr) {
    auto read = view_days(
        *scene.market, *security,
        {.first = today - std::chrono::days{40}, .last = today - std::chrono::days{1}, .now = scene.now});
    if (!read) return massive_error(500, read.error().to_string());
    bars = *std::move(read);
  }
  std::string body = begin_body(ticker, bars.empty() ? 0 : 1, true);
  if (!bars.empty()) {
    MarketBar bar = bars.back();
    const auto* session = calendar::xnys().find_session(bar.date);
    if (session != nullptr) bar.ts = session->close;
    body.append(",\"results\":[");
    append_named_bar(body, ticker, bar);
    body.push_back(']');
  }
  end_body(body, request, bars.empty() ? 0 : 1);
  body.push_back('}');
  return {.body = std::move(body)};
}

WireAnswer massive_grouped(const Scene& scene, const WireRequest& request, std::string_view text) {
  const auto date = parse_date(text);
  if (!date) return massive_error(400, "Could not parse the date. Use YYYY-MM-DD.");
  std::string list;
  std::size_t count = 0;
  for (const Security& security : scene.market->securities()) {
    if (!security.trades_on(*date)) continue;
    auto bars = view_days(*scene.market, security,
                          {.first = *date, .last = *date, .now = scene.now, .troubles = scene.troubles});
    if (!bars) return massive_error(500, bars.error().to_string());
    if (bars->empty()) continue;
    if (request.get_or("adjusted", "true") != "false") {
      const auto factors = PriceFactors::make(*scene.market, security, {.splits = true}, scene.today());
      if (!factors) return massive_error(500, factors.error().to_string());
      factors->apply(*bars);
    }
    const auto* session = calendar::xnys().find_session(*date);
    if (session != nullptr) bars->front().ts = session->close;
    if (count++ > 0) list.push_back(',');
    append_named_bar(list, security.ticker_on(*date), bars->front());
  }
  std::string body = begin_body("", count, request.get_or("adjusted", "true") != "false");
  if (count > 0) body += ",\"results\":[" + list + "]";
  end_body(body, request, count);
  body.push_back('}');
  return {.body = std::move(body)};
}

}  // namespace goldtape::simulate::internal
