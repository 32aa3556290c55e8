#include "goldtape/simulate/yahoo.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "goldtape/calendar/eastern_time.h"
#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/yahoo_chart_internal.h"

namespace goldtape::simulate {
namespace internal {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr std::array kIntervals{
    YahooInterval{"1m", 1, 30, 8},   YahooInterval{"2m", 2, 60, 0},   YahooInterval{"5m", 5, 60, 0},
    YahooInterval{"15m", 15, 60, 0}, YahooInterval{"30m", 30, 60, 0}, YahooInterval{"60m", 60, 730, 0},
    YahooInterval{"90m", 90, 60, 0}, YahooInterval{"1h", 60, 730, 0}, YahooInterval{"1d", 0, 0, 0},
};

struct Range {
  std::string_view name;
  int days;
};
constexpr std::array kRanges{Range{"1d", 1},     Range{"5d", 7},      Range{"1mo", 31}, Range{"3mo", 92},
                             Range{"6mo", 183},  Range{"1y", 366},    Range{"2y", 731}, Range{"5y", 1827},
                             Range{"10y", 3653}, Range{"max", 40'000}};

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_true(std::string_view text) { return text == "true" || text == "True" || text == "1"; }

/// period1 and period2, or a range back from now. An error answer when they make no sense.
std::optional<WireAnswer> read_span(const Scene& scene, const WireRequest& request, ChartQuery& query) {
  const auto bad = [](std::string_view what) { return yahoo_error(400, "Bad Request", what); };
  const auto first = request.get("period1"), second = request.get("period2");
  if (first || second) {
    const auto start = whole_number(first.value_or("")), end = whole_number(second.value_or(""));
    const std::int64_t most = 253'402'300'799;
    if (!start || !end || *start < -most || *end > most) {
      return bad("Invalid input - start date and end date must be seconds since 1970");
    }
    if (*start >= *end) {
      return bad(fmt::format(
          "Invalid input - start date cannot be after end date. startDate = {}, endDate = {}", *start, *end));
    }
    query.start = Timestamp{seconds{*start}};
    query.end = Timestamp{seconds{*end}};
    return std::nullopt;
  }
  query.range = request.get_or("range", query.interval.minutes > 0 ? "1d" : "1mo");
  query.end = scene.now + seconds{1};
  const auto midnight = [](Date date) { return calendar::eastern_to_utc(date, std::chrono::minutes{0}); };
  if (query.range == "ytd") {
    const std::chrono::year_month_day today{scene.today()};
    query.start = midnight(today.year() / std::chrono::January / 1);
    return std::nullopt;
  }
  const auto range = std::ranges::find(kRanges, query.range, &Range::name);
  if (range == kRanges.end())
    return bad(fmt::format("Invalid input - range={} is not supported", query.range));
  // The last day with a session counts as the first of the range.
  Date day = scene.today();
  const auto* session = calendar::xnys().find_session(day);
  if (session == nullptr || scene.now < session->open) session = calendar::xnys().previous_session(day);
  if (session != nullptr) day = session->date;
  query.start = midnight(day - days{range->days - 1});
  return std::nullopt;
}

std::optional<WireAnswer> check_limits(const Scene& scene, const ChartQuery& query) {
  const YahooInterval& interval = query.interval;
  const auto refuse = [&](std::string_view why) {
    return yahoo_error(422, "Unprocessable Entity",
                       fmt::format("{} data not available for startTime={} and endTime={}. {}", interval.name,
                                   seconds_of(query.start), seconds_of(query.end), why));
  };
  if (!query.range.empty()) return std::nullopt;
  if (interval.look_back_days > 0 && query.start < scene.now - days{interval.look_back_days}) {
    return refuse(
        fmt::format("The requested range must be within the last {} days.", interval.look_back_days));
  }
  if (interval.days_a_request > 0 && query.end - query.start > days{interval.days_a_request}) {
    return refuse(
        fmt::format("Only {} days worth of {} granularity data are allowed to be fetched per request.",
                    interval.days_a_request, interval.name));
  }
  return std::nullopt;
}

template <typename Append>
void append_array(std::string& out, std::string_view name, const std::vector<MarketBar>& bars,
                  Append append) {
  json::key(out, name);
  out.push_back('[');
  for (const MarketBar& bar : bars) {
    if (&bar != &bars.front()) out.push_back(',');
    append(bar);
  }
  out.push_back(']');
}

/// A minute without a trade in a halt stands there with nulls: close is NaN. Other empty minutes are absent.
void add_halted(const Scene& scene, const ChartQuery& query, std::vector<MarketBar>& bars) {
  if (query.interval.minutes != 1) return;
  const auto& calendar = calendar::xnys();
  std::vector<MarketBar> empty;
  for (const auto& session :
       calendar.sessions(calendar.local_date(query.start), calendar.local_date(query.end))) {
    for (const Halt& halt : scene.market->halts(session.date)) {
      if (halt.security != query.security->index) continue;
      for (auto ts = halt.start; ts < halt.end; ts += std::chrono::minutes{1}) {
        if (ts < query.start || ts >= query.end || ts + std::chrono::minutes{1} > scene.now) continue;
        MarketBar bar{.ts = ts, .date = session.date};
        bar.close = std::numeric_limits<double>::quiet_NaN();
        empty.push_back(bar);
      }
    }
  }
  if (empty.empty()) return;
  bars.insert(bars.end(), empty.begin(), empty.end());
  std::ranges::stable_sort(bars, {}, &MarketBar::ts);
}

struct Chart {
  std::vector<MarketBar> bars;   ///< Split-adjusted; daily ones with ts at the opening.
  std::vector<double> adjusted;  ///< adjclose, for daily charts.
};

Result<Chart> make_chart(const Scene& scene, const ChartQuery& query, const PriceFactors& splits) {
  const auto& calendar = calendar::xnys();
  Chart chart;
  if (query.interval.minutes > 0) {
    GT_ASSIGN(chart.bars, view_minutes(*scene.market, *query.security,
                                       {.minutes = query.interval.minutes,
                                        .start = query.start,
                                        .end = query.end,
                                        .extended = query.extended,
                                        .alignment = Alignment::kSession,
                                        .now = scene.now,
                                        .troubles = scene.troubles}));
    splits.apply(chart.bars);
    add_halted(scene, query, chart.bars);
    return chart;
  }
  GT_ASSIGN(chart.bars, view_days(*scene.market, *query.security,
                                  {.first = calendar.local_date(query.start),
                                   .last = calendar.local_date(query.end),
                                   .now = scene.now,
                                   .troubles = scene.troubles}));
  std::erase_if(chart.bars, [&](const MarketBar& bar) {
    const Timestamp opening = opening_of(bar.date);
    return opening < query.start || opening >= query.end;
  });
  GT_ASSIGN(const auto all, PriceFactors::make(*scene.market, *query.security,
                                               {.splits = true, .dividends = true}, scene.today()));
  for (const MarketBar& bar : chart.bars) chart.adjusted.push_back(bar.close * all.at(bar.date).price);
  splits.apply(chart.bars);
  const Date today = scene.today();
  for (MarketBar& bar : chart.bars) {
    bar.ts = opening_of(bar.date);
    // Today's bar bears the time of the last trade.
    if (bar.date != today) continue;
    GT_ASSIGN(const auto last, last_trade(*scene.market, *query.security, scene.now, false));
    if (last) bar.ts = std::chrono::floor<seconds>(last->ts) + seconds{1};
  }
  return chart;
}

std::string chart_body(const Scene& scene, const ChartQuery& query, const PriceFactors& splits,
                       const Chart& chart, std::string body) {
  const auto& bars = chart.bars;
  if (!bars.empty()) {
    append_array(body, "timestamp", bars,
                 [&](const MarketBar& bar) { json::integer(body, seconds_of(bar.ts)); });
  }
  append_yahoo_events(scene, query, splits, body);
  json::key(body, "indicators");
  body.append("{\"quote\":[{");
  if (!bars.empty()) {
    const auto price = [&](double MarketBar::* field) {
      return [&body, field](const MarketBar& bar) {
        std::isnan(bar.close) ? void(body.append("null")) : json::float32(body, bar.*field);
      };
    };
    append_array(body, "close", bars, price(&MarketBar::close));
    append_array(body, "low", bars, price(&MarketBar::low));
    append_array(body, "volume", bars, [&](const MarketBar& bar) {
      std::isnan(bar.close) ? void(body.append("null")) : json::integer(body, bar.volume);
    });
    append_array(body, "open", bars, price(&MarketBar::open));
    append_array(body, "high", bars, price(&MarketBar::high));
  }
  body.append("}]");
  if (!chart.adjusted.empty()) {
    body.append(",\"adjclose\":[{\"adjclose\":[");
    for (std::size_t i = 0; i < chart.adjusted.size(); ++i) {
      if (i > 0) body.push_back(',');
      json::float32(body, chart.adjusted[i]);
    }
    body.append("]}]");
  }
  body.append("}}],\"error\":null}}");
  return body;
}

/// The last close before the chart begins, on the basis of the chart.
Result<std::optional<double>> close_before(const Scene& scene, const ChartQuery& query,
                                           const PriceFactors& splits) {
  const Date first = calendar::xnys().local_date(query.start);
  GT_ASSIGN(auto before, view_days(*scene.market, *query.security,
                                   {.first = first - days{10}, .last = first - days{1}, .now = scene.now}));
  splits.apply(before);
  if (before.empty()) return std::nullopt;
  return before.back().close;
}

Result<WireAnswer> chart_answer(const Scene& scene, const ChartQuery& query) {
  GT_ASSIGN(const auto splits,
            PriceFactors::make(*scene.market, *query.security, {.splits = true}, scene.today()));
  GT_ASSIGN(const auto chart, make_chart(scene, query, splits));
  if (chart.bars.empty() && query.interval.minutes == 0 && query.range.empty()) {
    return yahoo_error(400, "Bad Request",
                       fmt::format("Data doesn't exist for startDate = {}, endDate = {}",
                                   seconds_of(query.start), seconds_of(query.end)));
  }
  GT_ASSIGN(const auto previous, close_before(scene, query, splits));
  std::string body;
  body.reserve(2048 + chart.bars.size() * 100);
  body.append("{\"chart\":{\"result\":[{");
  GT_RETURN_IF_ERROR(append_yahoo_meta(scene, query, splits, previous, body));
  return WireAnswer{.body = chart_body(scene, query, splits, chart, std::move(body)),
                    .content_type = "application/json;charset=utf-8"};
}

WireAnswer chart(const Scene& scene, const WireRequest& request, std::string_view symbol) {
  ChartQuery query;
  query.symbol = symbol;
  std::string ticker(symbol);
  std::ranges::replace(ticker, '-', '.');
  query.security = scene.market->find(ticker, scene.today());
  const bool listed = query.security != nullptr && query.security->listed <= scene.today();
  if (!listed) return yahoo_error(404, "Not Found", "No data found, symbol may be delisted");
  const auto interval = request.get_or("interval", "1d");
  const auto* known = find_yahoo_interval(interval);
  if (known == nullptr) {
    return yahoo_error(400, "Bad Request",
                       fmt::format("Invalid input - interval={} is not supported. Valid intervals: [{}]",
                                   interval, yahoo_interval_names()));
  }
  query.interval = *known;
  if (auto error = read_span(scene, request, query)) return *std::move(error);
  if (auto error = check_limits(scene, query)) return *std::move(error);
  query.extended = is_true(request.get_or("includePrePost", "false"));
  for (const auto event :
       split_list(request.get_or("events", ""), request.get_or("events", "").contains('|') ? '|' : ',')) {
    query.dividends = query.dividends || event == "div" || event == "dividends" || event == "history";
    query.splits = query.splits || event == "split" || event == "splits";
  }
  auto answer = chart_answer(scene, query);
  if (answer) return *std::move(answer);
  return yahoo_error(500, "Internal Server Error", answer.error().to_string());
}

}  // namespace

const YahooInterval* find_yahoo_interval(std::string_view name) {
  const auto at = std::ranges::find(kIntervals, name, &YahooInterval::name);
  return at == kIntervals.end() ? nullptr : &*at;
}

std::string yahoo_interval_names() {
  std::string names;
  for (const auto& interval : kIntervals) names += (names.empty() ? "" : ", ") + std::string(interval.name);
  return names;
}

WireAnswer yahoo_error(int status, std::string_view code, std::string_view description) {
  std::string body = "{\"chart\":{\"result\":null,\"error\":{";
  json::member(body, "code", code);
  json::member(body, "description", description);
  body += "}}}";
  return {.status = status, .body = std::move(body), .content_type = "application/json;charset=utf-8"};
}

}  // namespace internal

namespace {

constexpr std::string_view kCrumb = "s1mUlat3d.cr";

bool has_cookie(const WireRequest& request) { return request.header("cookie").value_or("").contains("A3="); }

}  // namespace

bool yahoo_has_session(const WireRequest& request) {
  return has_cookie(request) && request.get_or("crumb", "") == kCrumb;
}

std::string yahoo_symbol(std::string_view ticker) {
  std::string symbol(ticker);
  std::ranges::replace(symbol, '.', '-');
  return symbol;
}

WireAnswer yahoo_answer(const Scene& scene, const WireRequest& request) {
  constexpr std::string_view kChart = "/v8/finance/chart/";
  if (request.path.starts_with(kChart)) {
    return internal::chart(scene, request, std::string_view(request.path).substr(kChart.size()));
  }
  // The cookie's host answers with an error page that sets the cookie; the crumb needs the cookie.
  if (request.path == "/" || request.path == "/fc") {
    return {.status = 404,
            .body = "<html><body>Not Found</body></html>",
            .content_type = "text/html",
            .headers = {{"Set-Cookie",
                         "A3=d=AQABBSIMULATED&S=AQAAAs1m; Path=/; Domain=.yahoo.com; Max-Age=31557600; "
                         "Secure; HttpOnly; SameSite=None"}}};
  }
  if (request.path == "/v1/test/getcrumb") {
    if (!has_cookie(request)) {
      return {
          .status = 401,
          .body =
              R"({"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Cookie"}}})"};
    }
    return {.body = std::string(kCrumb), .content_type = "text/plain;charset=utf-8"};
  }
  return {
      .status = 404,
      .body =
          R"({"finance":{"result":null,"error":{"code":"Not Found","description":"HTTP 404 Not Found"}}})"};
}

}  // namespace goldtape::simulate
