#include "goldtape/simulate/alpaca.h"

#include <algorithm>
#include <charconv>

#include "goldtape/calendar/eastern_time.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/json_text.h"

namespace goldtape::simulate {
namespace internal {

WireAnswer alpaca_error(int status, std::string_view message) {
  std::string body = "{";
  json::member(body, "message", message);
  body.push_back('}');
  return {.status = status, .body = std::move(body)};
}

WireAnswer alpaca_failure(const Error& error) { return alpaca_error(500, error.to_string()); }

WireAnswer alpaca_page(std::string_view key, std::string_view members, std::string_view single,
                       const std::optional<std::string>& next) {
  std::string body;
  body.reserve(members.size() + 128);
  body.append("{\"").append(key).append("\":");
  if (single.empty()) {
    body.append("{").append(members).append("}");
  } else {
    const auto colon = members.find(':');
    body.append(colon == std::string_view::npos ? "null" : members.substr(colon + 1));
    json::member(body, "symbol", single);
  }
  json::key(body, "next_page_token");
  next ? json::text(body, *next) : void(body.append("null"));
  body.push_back('}');
  return {.body = std::move(body)};
}

void append_rfc3339(std::string& out, Timestamp ts, std::int64_t nanoseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(ts);
  const std::chrono::year_month_day date{day};
  const auto us = (ts - day).count();
  const auto second = us / 1'000'000;
  char text[48];
  char* end = fmt::format_to(text, FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"),
                             static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                             static_cast<unsigned>(date.day()), second / 3600, second / 60 % 60, second % 60);
  const auto fraction = us % 1'000'000 * 1000 + nanoseconds;
  if (fraction != 0) {
    end = fmt::format_to(end, FMT_COMPILE(".{:09}"), fraction);
    while (end[-1] == '0') --end;
  }
  *end++ = 'Z';
  out.append(text, static_cast<std::size_t>(end - text));
}

Timestamp alpaca_daily_ts(Date date) { return calendar::eastern_to_utc(date, std::chrono::minutes{0}); }

void append_alpaca_bar(std::string& out, const MarketBar& bar) {
  out.append("{\"t\":\"");
  append_rfc3339(out, bar.ts);
  out.append("\",\"o\":");
  json::number(out, bar.open);
  out.append(",\"h\":");
  json::number(out, bar.high);
  out.append(",\"l\":");
  json::number(out, bar.low);
  out.append(",\"c\":");
  json::number(out, bar.close);
  out.append(",\"v\":");
  json::integer(out, bar.volume);
  if (bar.trade_count != model::kAbsentCount) json::member(out, "n", bar.trade_count);
  if (!std::isnan(bar.vwap)) json::member(out, "vw", bar.vwap);
  out.push_back('}');
}

std::optional<WireAnswer> read_span(const Scene& scene, const WireRequest& request, Span& span) {
  span.start = alpaca_daily_ts(scene.today());
  span.end = scene.now;
  const auto read = [&](std::string_view name, Timestamp& into) -> std::optional<WireAnswer> {
    const auto text = request.get_or(name, "");
    if (text.empty()) return std::nullopt;
    const auto date = parse_date(text);
    const auto ts = date ? Result<Timestamp>(alpaca_daily_ts(*date)) : parse_timestamp(text);
    if (!ts)
      return alpaca_error(400, fmt::format("Invalid format for parameter {}: error parsing '{}' as RFC-3339 "
                                           "or 2006-01-02 time",
                                           name, text));
    into = *ts;
    return std::nullopt;
  };
  if (auto error = read("start", span.start)) return error;
  if (auto error = read("end", span.end)) return error;
  const auto end = request.get_or("end", "");
  if (span.end < span.start && !end.empty()) return alpaca_error(400, "end should not be before start");
  // A bare date is a day in New York, as an end all of it; an instant is itself included.
  const auto last = end.empty() ? Result<Date>(std::unexpected(Error{})) : parse_date(end);
  span.end = last ? alpaca_daily_ts(*last + std::chrono::days{1}) : span.end + std::chrono::microseconds{1};
  return std::nullopt;
}

std::optional<WireAnswer> read_limit(const WireRequest& request, std::int64_t most, std::int64_t otherwise,
                                     std::int64_t& limit) {
  limit = otherwise;
  const auto text = request.get_or("limit", "");
  if (text.empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > most) {
    return alpaca_error(400, fmt::format("limit must be between 1 and {}", most));
  }
  return std::nullopt;
}

std::optional<WireAnswer> read_symbols(const Scene& scene, const WireRequest& request, std::string_view list,
                                       std::vector<Meaning>& meanings) {
  const auto asof = request.get_or("asof", "");
  Date date = scene.today();
  if (!asof.empty() && asof != "-") {
    const auto parsed = parse_date(asof);
    if (!parsed) return alpaca_error(400, fmt::format("invalid asof: {}", asof));
    date = *parsed;
  }
  for (const auto symbol : split_list(list)) {
    const bool plain =
        symbol.size() <= 20 && std::ranges::all_of(symbol, [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-';
        });
    if (!plain) return alpaca_error(400, fmt::format("invalid symbol: {}", symbol));
    Meaning meaning{.symbol = std::string(symbol), .security = scene.market->find_ever(symbol, date)};
    if (meaning.security == nullptr || meaning.security->listed > scene.today()) continue;
    if (asof == "-") {
      for (const auto& span : meaning.security->tickers) {
        if (span.ticker == symbol) meaning.from = span.from, meaning.until = span.until;
      }
    }
    meanings.push_back(std::move(meaning));
  }
  std::ranges::sort(meanings, {}, &Meaning::symbol);
  const auto repeated = std::ranges::unique(meanings, {}, &Meaning::symbol);
  meanings.erase(repeated.begin(), repeated.end());
  return std::nullopt;
}

namespace {

bool has_keys(const WireRequest& request, bool& revoked) {
  const auto key = request.header("apca-api-key-id").value_or("");
  const auto secret = request.header("apca-api-secret-key").value_or("");
  const auto authorization = request.header("authorization").value_or("");
  revoked = key.starts_with("REVOKED");
  return (!key.empty() && !secret.empty()) || authorization.size() > 7;
}

/// "/v2/stocks/AAPL/bars" to AAPL and "bars", "/v2/stocks/bars" to nothing and "bars".
WireAnswer stocks(const Scene& scene, const WireRequest& request, std::string_view path) {
  const auto parts = split_list(path, '/');
  const auto is = [&](std::size_t i, std::string_view word) { return parts.size() > i && parts[i] == word; };
  const auto is_data = [&](std::size_t i) { return is(i, "bars") || is(i, "trades") || is(i, "quotes"); };
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}}) {
    const std::string_view single = at == 0 || parts.empty() ? std::string_view{} : parts[0];
    if (is_data(at) && is(at + 1, "latest")) return alpaca_latest(scene, request, parts[at], single);
    if (is(at, "bars") && parts.size() == at + 1) return alpaca_bars(scene, request, single);
    if (is(at, "trades") && parts.size() == at + 1) return alpaca_trades(scene, request, single);
    if (is(at, at == 0 ? "snapshots" : "snapshot")) return alpaca_snapshots(scene, request, single);
  }
  return alpaca_error(404, "endpoint not found.");
}

}  // namespace
}  // namespace internal

WireAnswer alpaca_answer(const Scene& scene, const WireRequest& request) {
  using namespace internal;
  bool revoked = false;
  if (!has_keys(request, revoked)) return alpaca_error(401, "unauthorized.");
  if (revoked) return alpaca_error(403, "forbidden.");
  const std::string_view path = request.path;
  constexpr std::string_view kStocks = "/v2/stocks/", kAssets = "/v2/assets";
  if (path.starts_with(kStocks)) return stocks(scene, request, path.substr(kStocks.size()));
  if (path == "/v1/corporate-actions" || path == "/v1beta1/corporate-actions") {
    return alpaca_corporate_actions(scene, request);
  }
  if (path.starts_with(kAssets)) {
    const auto rest = path.substr(kAssets.size());
    return alpaca_assets(scene, request, rest.empty() ? rest : rest.substr(1));
  }
  if (path == "/v2/calendar") return alpaca_calendar(request);
  if (path == "/v2/clock") return alpaca_clock(scene);
  return alpaca_error(404, "endpoint not found.");
}

}  // namespace goldtape::simulate
