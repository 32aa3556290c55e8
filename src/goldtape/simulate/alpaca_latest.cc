#include <algorithm>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/json_text.h"

namespace goldtape::simulate::internal {
namespace {

using std::chrono::days;
using std::chrono::minutes;

/// The last whole minute bar.
Result<std::optional<MarketBar>> last_minute(const Scene& scene, const Security& security) {
  const Timestamp whole = std::chrono::floor<minutes>(scene.now);
  for (const int back : {1, 7, 40}) {
    GT_ASSIGN(const auto bars,
              view_minutes(
                  *scene.market, security,
                  {.start = scene.now - days{back}, .end = whole, .now = whole, .troubles = scene.troubles}));
    if (!bars.empty()) return bars.back();
  }
  return std::nullopt;
}

/// A quote a cent around the last price, made from the last bar as there is no order book.
void append_quote(std::string& out, const MarketBar& bar) {
  out.append("{\"t\":\"");
  append_rfc3339(out, bar.ts + minutes{1} - std::chrono::microseconds{1});
  out.append("\",\"ax\":\"V\",\"ap\":");
  json::number(out, std::round((bar.close + 0.01) * 1e4) / 1e4);
  out.append(",\"as\":1,\"bx\":\"V\",\"bp\":");
  json::number(out, std::max(0.0001, std::round((bar.close - 0.01) * 1e4) / 1e4));
  out.append(",\"bs\":1,\"c\":[\"R\"],\"z\":\"C\"}");
}

void append_latest(std::string& out, std::string_view what, const Security& security, const MarketBar& bar) {
  if (what == "bars") append_alpaca_bar(out, bar);
  if (what == "trades") append_trade(out, security, trades_of(security, bar).back());
  if (what == "quotes") append_quote(out, bar);
}

Status append_snapshot(const Scene& scene, const Security& security, const MarketBar& minute,
                       std::string& out) {
  const Date today = scene.today();
  GT_ASSIGN(auto daily,
            view_days(*scene.market, security, {.first = today - days{20}, .last = today, .now = scene.now}));
  for (MarketBar& bar : daily) bar.ts = alpaca_daily_ts(bar.date);
  out.append("{\"latestTrade\":");
  append_latest(out, "trades", security, minute);
  out.append(",\"latestQuote\":");
  append_quote(out, minute);
  out.append(",\"minuteBar\":");
  append_alpaca_bar(out, minute);
  out.append(",\"dailyBar\":");
  daily.empty() ? void(out.append("null")) : append_alpaca_bar(out, daily.back());
  out.append(",\"prevDailyBar\":");
  daily.size() < 2 ? void(out.append("null")) : append_alpaca_bar(out, daily[daily.size() - 2]);
  out.push_back('}');
  return {};
}

}  // namespace

WireAnswer alpaca_latest(const Scene& scene, const WireRequest& request, std::string_view what,
                         std::string_view single) {
  std::vector<Meaning> meanings;
  const auto list = single.empty() ? request.get_or("symbols", "") : single;
  if (list.empty()) return alpaca_error(400, "symbols is required");
  if (auto error = read_symbols(scene, request, list, meanings)) return *std::move(error);
  std::string members;
  for (const Meaning& meaning : meanings) {
    const auto bar = last_minute(scene, *meaning.security);
    if (!bar) return alpaca_failure(bar.error());
    if (!*bar) continue;
    if (single.empty()) json::key(members, meaning.symbol);
    append_latest(members, what, *meaning.security, **bar);
  }
  std::string body = "{";
  if (single.empty()) {
    json::key(body, what);
    body += "{" + members + "}}";
    return {.body = std::move(body)};
  }
  if (members.empty())
    return alpaca_error(404, fmt::format("no {} found for {}", what.substr(0, what.size() - 1), single));
  json::member(body, "symbol", single);
  json::key(body, what.substr(0, what.size() - 1));
  body += members + "}";
  return {.body = std::move(body)};
}

WireAnswer alpaca_snapshots(const Scene& scene, const WireRequest& request, std::string_view single) {
  std::vector<Meaning> meanings;
  const auto list = single.empty() ? request.get_or("symbols", "") : single;
  if (list.empty()) return alpaca_error(400, "symbols is required");
  if (auto error = read_symbols(scene, request, list, meanings)) return *std::move(error);
  std::string body = single.empty() ? "{" : "";
  for (const Meaning& meaning : meanings) {
    const auto bar = last_minute(scene, *meaning.security);
    if (!bar) return alpaca_failure(bar.error());
    if (!*bar) continue;
    if (single.empty()) json::key(body, meaning.symbol);
    if (auto done = append_snapshot(scene, *meaning.security, **bar, body); !done)
      return alpaca_failure(done.error());
  }
  if (single.empty()) body.push_back('}');
  if (body.empty()) return alpaca_error(404, fmt::format("no snapshot found for {}", single));
  return {.body = std::move(body)};
}

}  // namespace goldtape::simulate::internal
