#include <algorithm>

#include "goldtape/calendar/eastern_time.h"
#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/yahoo_chart_internal.h"

namespace goldtape::simulate::internal {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct ExchangeName {
  std::string_view mic, code, full;
};
constexpr ExchangeName kExchanges[] = {
    {"XNAS", "NMS", "NasdaqGS"},      {"XNYS", "NYQ", "NYSE"},    {"ARCX", "PCX", "NYSEArca"},
    {"XASE", "ASE", "NYSE American"}, {"BATS", "BTS", "Cboe US"},
};

ExchangeName exchange_of(std::string_view mic) {
  for (const auto& exchange : kExchanges) {
    if (exchange.mic == mic) return exchange;
  }
  return {mic, "NMS", "NasdaqGS"};
}

void append_period(std::string& out, Timestamp start, Timestamp end) {
  const auto offset = calendar::eastern_offset(start);
  json::comma(out);
  out.push_back('{');
  json::member(out, "timezone", offset == hours{-4} ? "EDT" : "EST");
  json::member(out, "start", seconds_of(start));
  json::member(out, "end", seconds_of(end));
  json::member(out, "gmtoffset", std::int64_t{offset.count() * 3600});
  out.push_back('}');
}

struct Day {
  Timestamp pre, open, close, post;
};
Day day_of(const calendar::Session& session) {
  return {calendar::eastern_to_utc(session.date, hours{4}), session.open, session.close,
          session.close + hours{4}};
}

/// The session that lasts or comes next.
const calendar::Session* current_session(Timestamp now) {
  const auto& calendar = calendar::xnys();
  const Date today = calendar.local_date(now);
  const auto* session = calendar.find_session(today);
  return session != nullptr ? session : calendar.next_session(today);
}

void append_current(std::string& out, Timestamp now) {
  const auto* session = current_session(now);
  if (session == nullptr) return;
  const Day day = day_of(*session);
  json::key(out, "currentTradingPeriod");
  out.append("{\"pre\":");
  append_period(out, day.pre, day.open);
  json::key(out, "regular");
  append_period(out, day.open, day.close);
  json::key(out, "post");
  append_period(out, day.close, day.post);
  out.push_back('}');
}

/// For intraday charts: the periods of each session in them. With pre and post market an object of three
/// lists, without it one list.
void append_periods(std::string& out, const ChartQuery& query, Timestamp now) {
  const auto& calendar = calendar::xnys();
  const auto sessions =
      calendar.sessions(calendar.local_date(query.start), calendar.local_date(std::min(query.end, now)));
  const auto list = [&](auto from, auto to) {
    out.push_back('[');
    for (const auto& session : sessions) {
      const Day day = day_of(session);
      json::comma(out);
      out.push_back('[');
      append_period(out, from(day), to(day));
      out.push_back(']');
    }
    out.push_back(']');
  };
  const auto pre = [](const Day& day) { return day.pre; };
  const auto open = [](const Day& day) { return day.open; };
  const auto close = [](const Day& day) { return day.close; };
  const auto post = [](const Day& day) { return day.post; };
  json::key(out, "tradingPeriods");
  if (!query.extended) return list(open, close);
  out.push_back('{');
  json::key(out, "pre");
  list(pre, open);
  json::key(out, "post");
  list(close, post);
  json::key(out, "regular");
  list(open, close);
  out.push_back('}');
}

/// Price, day and year as of the clock, on today's split basis.
Status append_market_state(std::string& out, const Scene& scene, const Security& security,
                           const PriceFactors& splits) {
  const Date today = scene.today();
  GT_ASSIGN(const auto last, last_trade(*scene.market, security, scene.now, false));
  if (!last) return {};
  const Date day = calendar::xnys().local_date(last->ts - std::chrono::microseconds{1});
  json::member(out, "regularMarketTime", seconds_of(last->ts));
  GT_ASSIGN(auto year, view_days(*scene.market, security,
                                 {.first = today - days{365}, .last = today, .now = scene.now}));
  splits.apply(year);
  if (year.empty()) return {};
  double high = year.front().high, low = year.front().low;
  for (const MarketBar& bar : year) {
    high = std::max(high, bar.high);
    low = std::min(low, bar.low);
  }
  json::member(out, "regularMarketPrice", last->price * splits.at(day).price);
  json::member(out, "fiftyTwoWeekHigh", high);
  json::member(out, "fiftyTwoWeekLow", low);
  json::member(out, "regularMarketDayHigh", year.back().high);
  json::member(out, "regularMarketDayLow", year.back().low);
  json::member(out, "regularMarketVolume", year.back().volume);
  return {};
}

}  // namespace

Timestamp opening_of(Date date) {
  const auto* session = calendar::xnys().find_session(date);
  return session != nullptr ? session->open : calendar::eastern_to_utc(date, hours{9} + minutes{30});
}

Status append_yahoo_meta(const Scene& scene, const ChartQuery& query, const PriceFactors& splits,
                         std::optional<double> previous_close, std::string& out) {
  const Security& security = *query.security;
  const ExchangeName exchange = exchange_of(security.mic);
  const auto offset = calendar::eastern_offset(scene.now);
  out.append("\"meta\":{");
  json::member(out, "currency", "USD");
  json::member(out, "symbol", query.symbol);
  json::member(out, "exchangeName", exchange.code);
  json::member(out, "fullExchangeName", exchange.full);
  json::member(out, "instrumentType", security.kind == AssetKind::kEtf ? "ETF" : "EQUITY");
  json::member(out, "firstTradeDate", seconds_of(opening_of(security.listed)));
  json::member(out, "hasPrePostMarketData", true);
  json::member(out, "gmtoffset", std::int64_t{offset.count() * 3600});
  json::member(out, "timezone", offset == hours{-4} ? "EDT" : "EST");
  json::member(out, "exchangeTimezoneName", "America/New_York");
  GT_RETURN_IF_ERROR(append_market_state(out, scene, security, splits));
  json::member(out, "longName", security.name);
  json::member(out, "shortName", security.name);
  if (previous_close) json::member(out, "chartPreviousClose", *previous_close);
  if (query.interval.minutes > 0 && previous_close) {
    json::member(out, "previousClose", *previous_close);
    json::member(out, "scale", std::int64_t{3});
  }
  json::member(out, "priceHint", std::int64_t{2});
  append_current(out, scene.now);
  if (query.interval.minutes > 0) append_periods(out, query, scene.now);
  json::member(out, "dataGranularity", query.interval.name);
  json::member(out, "range", query.range);
  out.append(R"(,"validRanges":["1d","5d","1mo","3mo","6mo","1y","2y","5y","10y","ytd","max"]})");
  return {};
}

void append_yahoo_events(const Scene& scene, const ChartQuery& query, const PriceFactors& splits,
                         std::string& out) {
  const Date today = scene.today();
  const auto in_chart = [&](const model::CorporateAction& action) {
    const Timestamp at = opening_of(action.ex_date);
    return at >= query.start && at < query.end && at <= scene.now && action.ex_date <= today;
  };
  std::string dividends, ratios;
  for (const auto& action : query.security->actions) {
    if (!in_chart(action)) continue;
    const auto at = seconds_of(opening_of(action.ex_date));
    if (action.type == model::ActionType::kCashDividend && query.dividends) {
      if (!dividends.empty()) dividends.push_back(',');
      dividends += fmt::format("\"{}\":{{\"amount\":{},\"date\":{}}}", at,
                               std::round(action.value * splits.at(action.ex_date).price * 1e6) / 1e6, at);
    } else if (action.type == model::ActionType::kSplit && query.splits) {
      // 1.5 is 3:2 there, 0.1 is 1:10.
      double numerator = action.value, denominator = 1;
      if (action.value < 1) numerator = 1, denominator = std::round(1 / action.value);
      for (; numerator != std::floor(numerator) && denominator < 1000; ++denominator) {
        numerator = action.value * (denominator + 1);
      }
      if (!ratios.empty()) ratios.push_back(',');
      ratios +=
          fmt::format("\"{}\":{{\"date\":{},\"numerator\":{},\"denominator\":{},\"splitRatio\":\"{}:{}\"}}",
                      at, at, numerator, denominator, numerator, denominator);
    }
  }
  if (dividends.empty() && ratios.empty()) return;
  json::key(out, "events");
  out.push_back('{');
  if (!dividends.empty()) {
    json::key(out, "dividends");
    out += "{" + dividends + "}";
  }
  if (!ratios.empty()) {
    json::key(out, "splits");
    out += "{" + ratios + "}";
  }
  out.push_back('}');
}

}  // namespace goldtape::simulate::internal
