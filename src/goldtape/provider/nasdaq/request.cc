#include <fmt/format.h>

#include "goldtape/provider/nasdaq/venue.h"

namespace goldtape::provider::nasdaq {

namespace {

/// The list of NASDAQ's own comes first, that of the other exchanges is its second page.
constexpr std::string_view kSecondList = "list";

}  // namespace

Result<io::HttpRequest> NasdaqVenue::to_http(const Request& request, const Access& access) const {
  GT_RETURN_IF_ERROR(traits().find(request.dataset));
  const bool own = access.base_url.empty();
  const std::string base(own ? traits().base_url : std::string_view(access.base_url));
  io::HttpRequest http;
  http.headers = {{"User-Agent", access.user_agent}, {"Accept", "text/plain, application/rss+xml"}};
  if (request.dataset == "listings") {
    const bool second = request.params.contains(std::string(kSecondList));
    http.url = fmt::format("{}{}/{}.txt", base, own ? "/dynamic/SymDir" : "",
                           second ? "otherlisted" : "nasdaqlisted");
    return http;
  }
  GT_ASSIGN(const std::string from, param_of(request, "from"));
  GT_ASSIGN(const Timestamp start, parse_timestamp(from));
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(start));
  http.url = fmt::format("{}/rss.aspx?feed=tradehalts&haltdate={:02}{:02}{:04}", base,
                         static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                         static_cast<int>(day.year()));
  return http;
}

Result<std::optional<Request>> NasdaqVenue::next_page(const Answer& answer) const {
  const std::string second(kSecondList);
  if (answer.request.dataset != "listings" || answer.request.params.contains(second)) return std::nullopt;
  Request next = answer.request;
  next.params[second] = "otherlisted";
  return next;
}

}  // namespace goldtape::provider::nasdaq
