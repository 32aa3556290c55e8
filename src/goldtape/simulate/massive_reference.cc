#include <algorithm>
#include <charconv>
#include <functional>

#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/massive_internal.h"

namespace goldtape::simulate::internal {
namespace {

using model::ActionType;
using model::CorporateAction;

/// A page of a list: `next_url` holds all that was asked and how many rows were given.
struct ListQuery {
  std::int64_t limit = 10;
  std::size_t skip = 0;
  bool descending = false;
  bool counted = false;  ///< The answer says how many rows it has.
};

std::optional<WireAnswer> read_list(const WireRequest& request, bool descending, ListQuery& query) {
  query.descending = request.get_or("order", descending ? "desc" : "asc") == "desc";
  const auto number = [](std::string_view text, auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  };
  if (!number(request.get_or("limit", "10"), query.limit) || query.limit < 1 || query.limit > 1000) {
    return massive_error(400, "The parameter 'limit' must be between 1 and 1000.");
  }
  if (const auto cursor = request.get_or("cursor", ""); !cursor.empty()) {
    const std::string text = base64_decode(cursor).value_or("");
    if (!number(text, query.skip)) return massive_error(400, "The parameter 'cursor' is invalid.");
  }
  return std::nullopt;
}

/// Whether a text passes name, name.gte, name.gt, name.lte and name.lt.
bool passes(const WireRequest& request, const std::string& name, std::string_view value) {
  const auto bound = [&](const char* suffix) { return request.get_or(name + suffix, ""); };
  if (const auto exact = bound(""); !exact.empty() && exact != value) return false;
  if (const auto least = bound(".gte"); !least.empty() && value < least) return false;
  if (const auto above = bound(".gt"); !above.empty() && value <= above) return false;
  if (const auto most = bound(".lte"); !most.empty() && value > most) return false;
  const auto below = bound(".lt");
  return below.empty() || value < below;
}

WireAnswer list_answer(const WireRequest& request, const ListQuery& query, std::size_t count,
                       const std::function<void(std::string&, std::size_t)>& append) {
  const std::size_t begin = std::min(query.skip, count);
  const std::size_t end = std::min(count, begin + static_cast<std::size_t>(query.limit));
  std::string body = "{\"results\":[";
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) body.push_back(',');
    append(body, query.descending ? count - 1 - i : i);
  }
  body.push_back(']');
  json::member(body, "status", "OK");
  json::member(body, "request_id", massive_request_id(request));
  if (query.counted) json::member(body, "count", static_cast<std::int64_t>(end - begin));
  if (end < count) {
    std::string next =
        request.base_url + request.path + "?cursor=" + percent_encode(base64_encode(std::to_string(end)));
    for (const auto& [name, value] : request.query) {
      if (name != "cursor" && name != "apiKey")
        next += "&" + percent_encode(name) + "=" + percent_encode(value);
    }
    json::member(body, "next_url", next);
  }
  body.push_back('}');
  return {.body = std::move(body)};
}

using Rows = std::vector<std::pair<const Security*, const CorporateAction*>>;

/// Announced actions of a kind by ex-date, then ticker.
Rows find_actions(const Scene& scene, const WireRequest& request, ActionType type,
                  const std::string& date_name) {
  Rows rows;
  for (const Security& security : scene.market->securities()) {
    for (const auto& action : security.actions) {
      if (action.type != type || action.known_at > scene.now) continue;
      if (!passes(request, "ticker", action.ticker) ||
          !passes(request, date_name, format_date(action.ex_date)))
        continue;
      rows.emplace_back(&security, &action);
    }
  }
  std::ranges::stable_sort(rows, {}, [](const auto& row) {
    return std::pair(row.second->ex_date, std::string_view(row.second->ticker));
  });
  return rows;
}

std::string id_of(const Security& security, const CorporateAction& action) {
  return fmt::format("E{:08x}{:08x}", security.index, static_cast<std::uint32_t>(to_days(action.ex_date)));
}

std::string_view mic_of(const Security& security) { return security.mic; }

void append_ticker(std::string& out, const Scene& scene, const Security& security) {
  const bool active = security.trades_on(scene.today());
  out.push_back('{');
  json::member(out, "ticker", security.ticker_on(scene.today()));
  json::member(out, "name", security.name);
  json::member(out, "market", "stocks");
  json::member(out, "locale", "us");
  json::member(out, "primary_exchange", mic_of(security));
  json::member(out, "type", security.kind == AssetKind::kEtf ? "ETF" : "CS");
  json::member(out, "active", active);
  json::member(out, "currency_name", "usd");
  json::member(out, "cik", fmt::format("{:010}", 9'000'000 + security.index));
  json::member(out, "composite_figi", fmt::format("BBG000S{:05}", security.index));
  if (!active && security.delisted)
    json::member(out, "delisted_utc", format_timestamp(Timestamp{*security.delisted}));
  json::member(out, "last_updated_utc", format_timestamp(Timestamp{scene.today()}));
}

}  // namespace

WireAnswer massive_splits(const Scene& scene, const WireRequest& request) {
  ListQuery query;
  if (auto error = read_list(request, true, query)) return *std::move(error);
  const Rows rows = find_actions(scene, request, ActionType::kSplit, "execution_date");
  return list_answer(request, query, rows.size(), [&](std::string& body, std::size_t i) {
    const CorporateAction& action = *rows[i].second;
    const bool forward = action.value >= 1;
    const bool whole = action.value == std::floor(action.value);
    body.push_back('{');
    json::member(body, "execution_date", format_date(action.ex_date));
    json::member(body, "id", id_of(*rows[i].first, action));
    json::member(body, "split_from", !forward ? std::round(1 / action.value * 1e6) / 1e6 : whole ? 1.0 : 2.0);
    json::member(body, "split_to", !forward ? 1.0 : whole ? action.value : action.value * 2);
    json::member(body, "ticker", action.ticker);
    body.push_back('}');
  });
}

WireAnswer massive_dividends(const Scene& scene, const WireRequest& request) {
  ListQuery query;
  if (auto error = read_list(request, true, query)) return *std::move(error);
  const Rows rows = find_actions(scene, request, ActionType::kCashDividend, "ex_dividend_date");
  return list_answer(request, query, rows.size(), [&](std::string& body, std::size_t i) {
    const CorporateAction& action = *rows[i].second;
    body.push_back('{');
    json::member(body, "cash_amount", action.value);
    json::member(body, "currency", "USD");
    json::member(body, "declaration_date",
                 format_date(std::chrono::floor<std::chrono::days>(action.known_at)));
    json::member(body, "dividend_type", "CD");
    json::member(body, "ex_dividend_date", format_date(action.ex_date));
    json::member(body, "frequency", std::int64_t{4});
    json::member(body, "id", id_of(*rows[i].first, action));
    json::member(body, "pay_date", format_date(action.ex_date + std::chrono::days{14}));
    json::member(body, "record_date", format_date(action.ex_date));
    json::member(body, "ticker", action.ticker);
    body.push_back('}');
  });
}

WireAnswer massive_tickers(const Scene& scene, const WireRequest& request) {
  ListQuery query;
  if (auto error = read_list(request, false, query)) return *std::move(error);
  query.counted = true;
  Scene then = scene;
  if (const auto text = request.get_or("date", ""); !text.empty()) {
    const auto date = parse_date(text);
    if (!date) return massive_error(400, "The parameter 'date' must be YYYY-MM-DD.");
    then.now = std::min(scene.now, Timestamp{*date} + std::chrono::hours{22});
  }
  const bool active = request.get_or("active", "true") != "false";
  std::vector<const Security*> rows;
  for (const Security& security : scene.market->securities()) {
    if (security.listed > then.today() || security.test_issue) continue;
    if (security.trades_on(then.today()) != active) continue;
    if (!passes(request, "ticker", security.ticker_on(then.today()))) continue;
    if (const auto type = request.get_or("type", "");
        !type.empty() && type != (security.kind == AssetKind::kEtf ? "ETF" : "CS"))
      continue;
    if (const auto mic = request.get_or("exchange", ""); !mic.empty() && mic != security.mic) continue;
    rows.push_back(&security);
  }
  std::ranges::sort(rows, {},
                    [&](const Security* one) { return std::string_view(one->ticker_on(then.today())); });
  return list_answer(request, query, rows.size(), [&](std::string& body, std::size_t i) {
    append_ticker(body, then, *rows[i]);
    body.push_back('}');
  });
}

WireAnswer massive_ticker(const Scene& scene, const WireRequest& request, std::string_view ticker) {
  const auto* security = scene.market->find_ever(ticker, scene.today());
  if (security == nullptr || security->listed > scene.today()) {
    return {.status = 404,
            .body = fmt::format(R"({{"status":"NOT_FOUND","request_id":"{}","message":"Ticker not found."}})",
                                massive_request_id(request))};
  }
  std::string body = "{\"results\":";
  append_ticker(body, scene, *security);
  json::member(body, "list_date", format_date(security->listed));
  body += "}";
  json::member(body, "status", "OK");
  json::member(body, "request_id", massive_request_id(request));
  body.push_back('}');
  return {.body = std::move(body)};
}

}  // namespace goldtape::simulate::internal
