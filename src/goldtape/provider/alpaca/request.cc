#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/alpaca/parser.h"
#include "goldtape/provider/alpaca/stream.h"
#include "goldtape/provider/alpaca/venue.h"

namespace goldtape::provider::alpaca {

namespace {

constexpr std::string_view kTradingUrl = "https://paper-api.alpaca.markets";

std::string_view timeframe_of(model::Interval interval) {
  switch (interval) {
    case model::Interval::k1m: return "1Min";
    case model::Interval::k5m: return "5Min";
    case model::Interval::k15m: return "15Min";
    case model::Interval::k1h: return "1Hour";
    case model::Interval::k1d: return "1Day";
    case model::Interval::k1w: return "1Week";
    case model::Interval::k1mo: return "1Month";
  }
  return "1Day";
}

/// "&start=...&end=...": Alpaca's end is inclusive, a request's is not.
Result<std::string> instants_of(const Request& request) {
  GT_ASSIGN(const std::string from, param_of(request, "from"));
  GT_ASSIGN(const std::string to, param_of(request, "to"));
  GT_ASSIGN(const Timestamp end, parse_timestamp(to));
  return fmt::format("&start={}&end={}", io::percent_encode(from),
                     io::percent_encode(format_timestamp(end - std::chrono::microseconds(1))));
}

Result<std::string> dates_of(const Request& request) {
  GT_ASSIGN(const std::string from, param_of(request, "from"));
  GT_ASSIGN(const std::string to, param_of(request, "to"));
  GT_ASSIGN(const Timestamp start, parse_timestamp(from));
  GT_ASSIGN(const Timestamp end, parse_timestamp(to));
  const auto day = [](Timestamp ts) { return format_date(std::chrono::floor<std::chrono::days>(ts)); };
  return fmt::format("start={}&end={}", day(start), day(end - std::chrono::microseconds(1)));
}

std::string option(const Request& request, const std::string& name) {
  const auto found = request.params.find(name);
  return found == request.params.end() ? std::string()
                                       : fmt::format("&{}={}", name, io::percent_encode(found->second));
}

Result<std::string> path_of(const Request& request) {
  const std::string symbols = "symbols=" + io::percent_encode(tickers_text(request));
  const std::string page = option(request, "page_token");
  if (request.dataset == "bars") {
    GT_ASSIGN(const std::string range, instants_of(request));
    return fmt::format("/v2/stocks/bars?{}&timeframe={}{}{}{}{}&limit=10000&sort=asc{}", symbols,
                       timeframe_of(request.interval), range, option(request, "adjustment"),
                       option(request, "feed"), option(request, "asof"), page);
  }
  if (request.dataset == "latest_bars") {
    return fmt::format("/v2/stocks/bars/latest?{}{}", symbols, option(request, "feed"));
  }
  if (request.dataset == "snapshots") {
    return fmt::format("/v2/stocks/snapshots?{}{}", symbols, option(request, "feed"));
  }
  if (request.dataset == "trades") {
    GT_ASSIGN(const std::string range, instants_of(request));
    return fmt::format("/v2/stocks/trades?{}{}{}{}&limit=10000&sort=asc{}", symbols, range,
                       option(request, "feed"), option(request, "asof"), page);
  }
  if (request.dataset == "actions") {
    GT_ASSIGN(const std::string range, dates_of(request));
    return fmt::format("/v1/corporate-actions?{}&{}&limit=1000&sort=asc{}", symbols, range, page);
  }
  if (request.dataset == "listings") {
    return fmt::format("/v2/assets?asset_class=us_equity{}", option(request, "status"));
  }
  GT_ASSIGN(const std::string range, dates_of(request));
  return "/v2/calendar?" + range;
}

}  // namespace

Result<io::HttpRequest> AlpacaVenue::to_http(const Request& request, const Access& access) const {
  GT_RETURN_IF_ERROR(traits().find(request.dataset));
  GT_ASSIGN(const std::string key, secret_of(traits(), access, "ALPACA_API_KEY_ID"));
  GT_ASSIGN(const std::string secret, secret_of(traits(), access, "ALPACA_API_SECRET_KEY"));
  GT_ASSIGN(const std::string path, path_of(request));
  const bool trading = request.dataset == "listings" || request.dataset == "sessions";
  const std::string_view own = trading ? kTradingUrl : traits().base_url;
  io::HttpRequest http;
  http.url = std::string(access.base_url.empty() ? own : std::string_view(access.base_url)) + path;
  http.headers = {{"Accept", "application/json"}, {"APCA-API-KEY-ID", key}, {"APCA-API-SECRET-KEY", secret}};
  return http;
}

Result<std::optional<Request>> AlpacaVenue::next_page(const Answer& answer) const {
  const std::string& dataset = answer.request.dataset;
  if (dataset != "bars" && dataset != "trades" && dataset != "actions") return std::nullopt;
  if (answer.request.params.contains(std::string(kStreamParam))) return std::nullopt;
  GT_ASSIGN(const std::string token, next_page_token(answer));
  if (token.empty()) return std::nullopt;
  if (const auto before = answer.request.params.find("page_token");
      before != answer.request.params.end() && before->second == token) {
    return fail(ErrorKind::kDamaged, 2230, "the answer names itself as its next page", answer.display_name);
  }
  Request next = answer.request;
  next.params["page_token"] = token;
  return next;
}

Verdict AlpacaVenue::judge(const io::HttpResponse& response, Timestamp now) const {
  Verdict verdict = judge_by_status(name(), response, now);
  if (response.status == 429 && !verdict.retry_after) {
    const std::string_view reset = response.header("X-RateLimit-Reset");
    std::int64_t at_s = 0;
    const auto [end, error] = std::from_chars(reset.data(), reset.data() + reset.size(), at_s);
    if (error == std::errc() && !reset.empty()) {
      const std::int64_t now_ms =
          std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
      constexpr std::int64_t kLongest_ms = 300'000;
      verdict.retry_after =
          std::chrono::milliseconds(std::clamp<std::int64_t>(at_s * 1000 - now_ms, 0, kLongest_ms));
    }
  }
  if (response.status == 403 && to_lower(vendor_words(response.body)).contains("subscription")) {
    verdict.outcome = Verdict::Outcome::kRefused;
    verdict.error.code = std::uint16_t{2213};
  }
  return verdict;
}

}  // namespace goldtape::provider::alpaca
