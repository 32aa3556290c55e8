#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/yahoo/venue.h"

namespace goldtape::provider::yahoo {

namespace {

using Outcome = Verdict::Outcome;

Result<std::int64_t> seconds_of(const Request& request, const std::string& name) {
  const auto found = request.params.find(name);
  if (found == request.params.end()) {
    return fail(ErrorKind::kUsage, 2205, fmt::format("yahoo: the request says no '{}'", name), "yahoo");
  }
  GT_ASSIGN(const Timestamp ts, parse_timestamp(found->second));
  return std::chrono::floor<std::chrono::seconds>(ts).time_since_epoch().count();
}

std::vector<io::HttpHeader> headers_for(const Access& access) {
  std::vector<io::HttpHeader> headers{{"User-Agent", "Mozilla/5.0 (compatible; " + access.user_agent + ")"},
                                      {"Accept", "application/json"}};
  if (!access.cookie.empty()) headers.push_back({"Cookie", access.cookie});
  return headers;
}

bool speaks_of_session(const io::HttpResponse& response) {
  const std::string words = to_lower(vendor_words(response.body));
  return words.contains("crumb") || words.contains("cookie");
}

}  // namespace

Result<io::HttpRequest> YahooVenue::to_http(const Request& request, const Access& access) const {
  GT_RETURN_IF_ERROR(traits().find(request.dataset));
  GT_ASSIGN(const std::int64_t from_s, seconds_of(request, "from"));
  GT_ASSIGN(const std::int64_t to_s, seconds_of(request, "to"));
  const bool bars = request.dataset == "bars";
  const auto extended = request.params.find("extended");
  io::HttpRequest http;
  http.headers = headers_for(access);
  http.url = fmt::format(
      "{}/v8/finance/chart/"
      "{}?period1={}&period2={}&interval={}&includePrePost={}&events=div%7Csplit%7CcapitalGains",
      access.base_url.empty() ? traits().base_url : std::string_view(access.base_url),
      io::percent_encode(request.ticker), from_s, to_s,
      bars ? model::to_string(request.interval) : std::string_view("1d"),
      extended != request.params.end() ? std::string_view(extended->second) : std::string_view("false"));
  if (!access.crumb.empty()) http.url += "&crumb=" + io::percent_encode(access.crumb);
  return http;
}

Verdict YahooVenue::judge(const io::HttpResponse& response, Timestamp now) const {
  Verdict verdict = judge_by_status(name(), response, now);
  const bool session = response.status == 401 || (response.status == 403 && speaks_of_session(response));
  if (session) {
    verdict.outcome = Outcome::kNeedsSession;
    verdict.error.code = std::uint16_t{2215};
  }
  // A symbol that was not listed yet: {"code":"Bad Request","description":"Data doesn't exist for startDate =
  // ..."}
  if (response.status == 400 && vendor_words(response.body).starts_with("Data doesn't exist")) {
    verdict.outcome = Outcome::kNotFound;
    verdict.error.kind = ErrorKind::kNotFound;
    verdict.error.code = std::uint16_t{2212};
  }
  return verdict;
}

std::optional<io::HttpRequest> YahooVenue::next_handshake(const Access& access) const {
  io::HttpRequest http;
  http.headers = headers_for(access);
  if (access.cookie.empty()) {
    http.url = access.base_url.empty() ? "https://fc.yahoo.com/" : access.base_url + "/fc";
    return http;
  }
  if (!access.crumb.empty()) return std::nullopt;
  http.url = std::string(access.base_url.empty() ? traits().base_url : access.base_url) + "/v1/test/getcrumb";
  return http;
}

Status YahooVenue::take_handshake(const io::HttpResponse& response, Access& access) const {
  const auto refuse = [&](std::string_view what) {
    return fail(ErrorKind::kUnavailable, 2215,
                fmt::format("yahoo gave no {} (HTTP {}); try again later, or from another address", what,
                            response.status),
                response.url);
  };
  if (access.cookie.empty()) {
    const std::string_view cookie = response.header("Set-Cookie");
    if (cookie.empty()) return refuse("cookie");
    access.cookie = trim(cookie.substr(0, cookie.find(';')));
    return {};
  }
  const std::string_view crumb = trim(response.body);
  constexpr std::size_t kLongestCrumb = 64;
  const bool plain = response.status == 200 && !crumb.empty() && crumb.size() <= kLongestCrumb &&
                     crumb.find_first_of(" <>{}\n") == std::string_view::npos;
  if (!plain) return refuse("crumb");
  access.crumb = crumb;
  return {};
}

}  // namespace goldtape::provider::yahoo
