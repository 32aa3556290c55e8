#include <algorithm>

#include "goldtape/calendar/calendar.h"
#include "goldtape/calendar/eastern_time.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/json_text.h"

namespace goldtape::simulate::internal {
namespace {

using std::chrono::days;

std::string_view exchange_of(std::string_view mic) {
  if (mic == "XNAS") return "NASDAQ";
  if (mic == "XNYS") return "NYSE";
  if (mic == "ARCX") return "ARCA";
  if (mic == "XASE") return "AMEX";
  return mic;
}

/// `status` is as of the clock; before its listing a security is not there.
void append_asset(std::string& out, const Scene& scene, const Security& security) {
  const bool active = security.trades_on(scene.today());
  out.push_back('{');
  json::member(out, "id", fmt::format("51a1a7ed-0000-4000-8000-{:012x}", security.index));
  json::member(out, "class", "us_equity");
  json::member(out, "exchange", exchange_of(security.mic));
  json::member(out, "symbol", security.ticker_on(scene.today()));
  json::member(out, "name", security.name);
  json::member(out, "status", active ? "active" : "inactive");
  for (const auto flag : {"tradable", "marginable", "shortable", "easy_to_borrow", "fractionable"}) {
    json::member(out, flag, active);
  }
  out.append(R"(,"attributes":[]})");
}

/// "0930" or, with a colon, "09:30".
std::string hour_text(Timestamp ts, bool colon) {
  const auto local = ts + calendar::eastern_offset(ts);
  const auto minute = (local - std::chrono::floor<days>(local)) / std::chrono::minutes{1};
  return fmt::format("{:02}{}{:02}", minute / 60, colon ? ":" : "", minute % 60);
}

std::string local_rfc3339(Timestamp ts) {
  const auto offset = calendar::eastern_offset(ts);
  std::string text = format_timestamp(std::chrono::floor<std::chrono::seconds>(ts) + offset);
  text.pop_back();
  return text + fmt::format("-{:02}:00", -offset.count());
}

}  // namespace

WireAnswer alpaca_assets(const Scene& scene, const WireRequest& request, std::string_view symbol) {
  if (!symbol.empty()) {
    const auto* security = scene.market->find_ever(symbol, scene.today());
    if (security == nullptr || security->listed > scene.today()) {
      return {.status = 404,
              .body = fmt::format(R"({{"code":40410000,"message":"asset not found for {}"}})",
                                  percent_encode(symbol))};
    }
    std::string body;
    append_asset(body, scene, *security);
    return {.body = std::move(body)};
  }
  const auto status = request.get_or("status", "");
  const auto asset_class = request.get_or("asset_class", "us_equity");
  const auto exchange = request.get_or("exchange", "");
  std::string body = "[";
  for (const Security& security : scene.market->securities()) {
    if (security.listed > scene.today() || security.test_issue || asset_class != "us_equity") continue;
    const bool active = security.trades_on(scene.today());
    if (!status.empty() && status != (active ? "active" : "inactive")) continue;
    if (!exchange.empty() && exchange != exchange_of(security.mic)) continue;
    json::comma(body);
    append_asset(body, scene, security);
  }
  body.push_back(']');
  return {.body = std::move(body)};
}

WireAnswer alpaca_calendar(const WireRequest& request) {
  const auto& calendar = calendar::xnys();
  Date first = calendar.first_date(), last = calendar.last_date();
  for (const auto& [name, date] : {std::pair{"start", &first}, std::pair{"end", &last}}) {
    const auto text = request.get_or(name, "");
    if (text.empty()) continue;
    const auto parsed = parse_date(text.substr(0, 10));
    if (!parsed)
      return {.status = 422, .body = fmt::format(R"({{"code":40010001,"message":"invalid {}"}})", name)};
    *date = *parsed;
  }
  std::string body = "[";
  for (const auto& session : calendar.sessions(first, last)) {
    const auto* settled = calendar.next_session(session.date);
    json::comma(body);
    body.push_back('{');
    json::member(body, "date", format_date(session.date));
    json::member(body, "open", hour_text(session.open, true));
    json::member(body, "close", hour_text(session.close, true));
    json::member(body, "session_open", "0400");
    json::member(body, "session_close", session.early_close ? "1700" : "2000");
    json::member(body, "settlement_date", format_date(settled != nullptr ? settled->date : session.date));
    body.push_back('}');
  }
  body.push_back(']');
  return {.body = std::move(body)};
}

WireAnswer alpaca_clock(const Scene& scene) {
  const auto& calendar = calendar::xnys();
  const Date today = scene.today();
  const auto* session = calendar.find_session(today);
  const auto* next_open =
      session != nullptr && scene.now < session->open ? session : calendar.next_session(today);
  const auto* next_close =
      session != nullptr && scene.now < session->close ? session : calendar.next_session(today);
  std::string body = "{";
  json::member(body, "timestamp", local_rfc3339(scene.now));
  json::member(body, "is_open", calendar.is_open(scene.now));
  if (next_open != nullptr) json::member(body, "next_open", local_rfc3339(next_open->open));
  if (next_close != nullptr) json::member(body, "next_close", local_rfc3339(next_close->close));
  body.push_back('}');
  return {.body = std::move(body)};
}

}  // namespace goldtape::simulate::internal
