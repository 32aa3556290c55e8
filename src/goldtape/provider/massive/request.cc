#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/massive/parser.h"
#include "goldtape/provider/massive/venue.h"

namespace goldtape::provider::massive {

namespace {

std::string_view range_of(model::Interval interval) {
  switch (interval) {
    case model::Interval::k1m: return "1/minute";
    case model::Interval::k5m: return "5/minute";
    case model::Interval::k15m: return "15/minute";
    case model::Interval::k1h: return "1/hour";
    default: return "1/day";
  }
}

struct Range {
  Timestamp start, end;  ///< [start, end)
  [[nodiscard]] static std::string day(Timestamp ts) {
    return format_date(std::chrono::floor<std::chrono::days>(ts));
  }
  [[nodiscard]] std::string last_day() const { return day(end - std::chrono::microseconds(1)); }
  [[nodiscard]] static std::int64_t ms(Timestamp ts) { return to_micros(ts) / 1000; }
};

Result<Range> asked_range(const Request& request) {
  GT_ASSIGN(const std::string from, param_of(request, "from"));
  GT_ASSIGN(const std::string to, param_of(request, "to"));
  Range range;
  GT_ASSIGN(range.start, parse_timestamp(from));
  GT_ASSIGN(range.end, parse_timestamp(to));
  return range;
}

Result<std::string> path_of(const Request& request) {
  if (const auto next = request.params.find("next"); next != request.params.end()) return next->second;
  const std::string ticker = io::percent_encode(request.ticker);
  if (request.dataset == "listings") {
    GT_ASSIGN(const std::string active, param_of(request, "active"));
    return fmt::format("/v3/reference/tickers?market=stocks&active={}&limit=1000&sort=ticker", active);
  }
  GT_ASSIGN(const Range range, asked_range(request));
  if (request.dataset == "actions") {
    const bool dividends = request.params.contains("kind");
    return fmt::format("/v3/reference/{0}?ticker={1}&{2}.gte={3}&{2}.lte={4}&limit=1000&sort={2}&order=asc",
                       dividends ? "dividends" : "splits", ticker,
                       dividends ? "ex_dividend_date" : "execution_date", Range::day(range.start),
                       range.last_day());
  }
  GT_ASSIGN(const std::string adjusted, param_of(request, "adjusted"));
  if (request.dataset == "grouped") {
    return fmt::format("/v2/aggs/grouped/locale/us/market/stocks/{}?adjusted={}", Range::day(range.start),
                       adjusted);
  }
  const bool daily = request.interval == model::Interval::k1d;
  return fmt::format("/v2/aggs/ticker/{}/range/{}/{}/{}?adjusted={}&sort=asc&limit=50000", ticker,
                     range_of(request.interval),
                     daily ? Range::day(range.start) : std::to_string(Range::ms(range.start)),
                     daily ? range.last_day() : std::to_string(Range::ms(range.end) - 1), adjusted);
}

}  // namespace

Result<io::HttpRequest> MassiveVenue::to_http(const Request& request, const Access& access) const {
  GT_RETURN_IF_ERROR(traits().find(request.dataset));
  GT_ASSIGN(const std::string key, secret_of(traits(), access, "MASSIVE_API_KEY"));
  GT_ASSIGN(const std::string path, path_of(request));
  io::HttpRequest http;
  http.url =
      std::string(access.base_url.empty() ? traits().base_url : std::string_view(access.base_url)) + path;
  http.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + key}};
  return http;
}

Result<std::optional<Request>> MassiveVenue::next_page(const Answer& answer) const {
  GT_ASSIGN(const std::string url, next_url(answer));
  Request next = answer.request;
  if (url.empty()) {
    // Splits are followed by dividends: one dataset, two places at the vendor.
    if (answer.request.dataset != "actions" || answer.request.params.contains("kind")) return std::nullopt;
    next.params["kind"] = "dividends";
    next.params.erase("next");
    return next;
  }
  const std::size_t host = url.find("://");
  const std::size_t path = host == std::string::npos ? std::string::npos : url.find("/v", host + 3);
  const std::string found = path == std::string::npos ? std::string() : url.substr(path);
  const bool ours = found.starts_with("/v2/aggs/") || found.starts_with("/v3/reference/");
  const auto before = answer.request.params.find("next");
  if (!ours || (before != answer.request.params.end() && before->second == found)) {
    return fail(ErrorKind::kDamaged, 2230, fmt::format("a next page that cannot be one: {}", excerpt(url)),
                answer.display_name);
  }
  next.params["next"] = found;
  return next;
}

}  // namespace goldtape::provider::massive
