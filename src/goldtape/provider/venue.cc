#include "goldtape/provider/venue.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider {

namespace {

std::unexpected<Error> refuse(const VenueTraits& venue, std::uint16_t code, std::string message) {
  return fail(ErrorKind::kUsage, code, fmt::format("{}: {}", venue.name, message), std::string(venue.name));
}

Status check_interval(const VenueTraits& venue, const DatasetTraits& dataset, const Ask& ask) {
  if (dataset.intervals.empty() || dataset.find(ask.interval) != nullptr) return {};
  std::vector<std::string_view> names;
  for (const IntervalTraits& interval : dataset.intervals)
    names.push_back(model::to_string(interval.interval));
  return refuse(venue, 2203,
                fmt::format("no {} of {}; there are {}", dataset.dataset, model::to_string(ask.interval),
                            join_or(names)));
}

Status check_range(const VenueTraits& venue, const DatasetTraits& dataset, const Ask& ask) {
  if (!dataset.by_range) {
    if (!ask.range) return {};
    return refuse(venue, 2205,
                  fmt::format("{} are asked for as they are now, without a range", dataset.dataset));
  }
  if (!ask.range || ask.range->end <= ask.range->start) {
    return refuse(venue, 2205, fmt::format("{} need a range with an end after its start", dataset.dataset));
  }
  // A day may have 25 hours.
  const std::chrono::days longest = dataset.longest_range(ask.interval);
  if (longest.count() == 0 || ask.range->end - ask.range->start <= longest + std::chrono::hours(1)) return {};
  return refuse(
      venue, 2205,
      fmt::format("{}{} come at most {} days at a time",
                  dataset.intervals.empty() ? "" : fmt::format("{} ", model::to_string(ask.interval)),
                  dataset.dataset, longest.count()));
}

Result<std::vector<std::string>> canonical_tickers(const VenueTraits& venue, const DatasetTraits& dataset,
                                                   const Ask& ask) {
  std::vector<std::string> tickers = ask.tickers;
  std::ranges::sort(tickers);
  tickers.erase(std::ranges::unique(tickers).begin(), tickers.end());
  if (dataset.max_tickers == 0) {
    if (tickers.empty()) return tickers;
    return refuse(venue, 2204, fmt::format("{} come as a whole, not by ticker", dataset.dataset));
  }
  if (tickers.empty() || tickers.size() > dataset.max_tickers) {
    return refuse(venue, 2204,
                  fmt::format("{} take 1 to {} tickers in one request, not {}", dataset.dataset,
                              dataset.max_tickers, tickers.size()));
  }
  for (const std::string& ticker : tickers) {
    if (!is_ticker(ticker)) return refuse(venue, 2204, fmt::format("'{}' is not a ticker", ticker));
  }
  return tickers;
}

Status put_options(const VenueTraits& venue, const DatasetTraits& dataset, const Ask& ask, Request& request) {
  std::vector<std::string_view> names;
  for (const OptionTraits& option : dataset.options) {
    names.push_back(option.name);
    const auto said = ask.options.find(std::string(option.name));
    const std::string value(said != ask.options.end() ? std::string_view(said->second) : option.fallback);
    if (value.empty()) continue;
    if (!option.words.empty() && std::ranges::find(option.words, value) == option.words.end()) {
      return refuse(venue, 2206,
                    fmt::format("{} is {}, not '{}'", option.name, join_or(option.words), value));
    }
    request.params[std::string(option.name)] = value;
  }
  for (const auto& [name, value] : ask.options) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return refuse(venue, 2206,
                  fmt::format("{} have no option '{}'{}; there are {}", dataset.dataset, name,
                              did_you_mean(name, names), names.empty() ? "none" : join_or(names)));
  }
  return {};
}

}  // namespace

const IntervalTraits* DatasetTraits::find(model::Interval interval) const {
  const auto found = std::ranges::find(intervals, interval, &IntervalTraits::interval);
  return found == intervals.end() ? nullptr : &*found;
}

std::chrono::days DatasetTraits::longest_range(model::Interval interval) const {
  const IntervalTraits* found = find(interval);
  return found != nullptr ? found->max_range : max_range;
}

Result<const DatasetTraits*> VenueTraits::find(std::string_view dataset) const {
  std::vector<std::string_view> names;
  for (const DatasetTraits& traits : datasets) {
    if (traits.dataset == dataset) return &traits;
    names.push_back(traits.dataset);
  }
  return refuse(*this, 2202,
                fmt::format("there is no dataset '{}'{}; there are {}", dataset, did_you_mean(dataset, names),
                            join_or(names)));
}

Access access_from_environment(const VenueTraits& traits, std::string base_url) {
  Access access;
  access.base_url = std::move(base_url);
  while (access.base_url.ends_with('/')) access.base_url.pop_back();
  const auto take = [&access](std::string_view variable, std::string_view name) {
    const char* value = std::getenv(std::string(variable).c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value != '\0') access.secrets.emplace(name, value);
  };
  for (const std::string_view name : traits.secrets) take(name, name);
  for (const SecretAlias& other : traits.secret_aliases) take(other.alias, other.name);
  return access;
}

Result<Request> Venue::make_request(const Ask& ask) const {
  const VenueTraits& venue = traits();
  GT_ASSIGN(const DatasetTraits* dataset, venue.find(ask.dataset));
  GT_RETURN_IF_ERROR(check_interval(venue, *dataset, ask));
  GT_RETURN_IF_ERROR(check_range(venue, *dataset, ask));
  GT_ASSIGN(const std::vector<std::string> tickers, canonical_tickers(venue, *dataset, ask));
  Request request;
  request.provider = venue.name;
  request.dataset = ask.dataset;
  if (!dataset->intervals.empty()) request.interval = ask.interval;
  if (tickers.size() == 1) request.ticker = tickers.front();
  if (tickers.size() > 1) request.params["tickers"] = fmt::format("{}", fmt::join(tickers, ","));
  if (ask.range) {
    request.params["from"] = format_timestamp(ask.range->start);
    request.params["to"] = format_timestamp(ask.range->end);
  }
  GT_RETURN_IF_ERROR(put_options(venue, *dataset, ask, request));
  request.source = source_of(request);
  return request;
}

std::string Venue::source_of(const Request&) const { return std::string(name()); }

Result<std::optional<Request>> Venue::next_page(const Answer&) const { return std::nullopt; }

Verdict Venue::judge(const io::HttpResponse& response, Timestamp now) const {
  return judge_by_status(name(), response, now);
}

std::vector<Request> Venue::also_answers(const Request&) const { return {}; }

std::optional<io::HttpRequest> Venue::next_handshake(const Access&) const { return std::nullopt; }

Status Venue::take_handshake(const io::HttpResponse&, Access&) const { return {}; }

Result<Answer> Venue::fetch(const Request&) {
  return fail(
      ErrorKind::kUsage, 2201,
      fmt::format("{} is asked over the network: goldtape backfill {} or goldtape update", name(), name()));
}

Result<std::string> secret_of(const VenueTraits& venue, const Access& access, std::string_view name) {
  if (const auto found = access.secrets.find(name); found != access.secrets.end()) return found->second;
  if (!access.base_url.empty()) return std::string("none");
  return refuse(venue, 2207, fmt::format("needs a key; put it into the environment variable {}", name));
}

Result<std::string> param_of(const Request& request, const std::string& name) {
  if (const auto found = request.params.find(name); found != request.params.end()) return found->second;
  return fail(ErrorKind::kUsage, 2205, fmt::format("{}: the request says no '{}'", request.provider, name),
              request.provider);
}

std::string tickers_text(const Request& request) {
  if (const auto found = request.params.find("tickers"); found != request.params.end()) return found->second;
  return request.ticker == "_many" ? std::string() : request.ticker;
}

Answer to_answer(const Request& request, io::HttpResponse response, const std::string& url, Timestamp now) {
  Answer answer;
  answer.request = request;
  answer.observed_at = now;
  if (const auto date = response.date(); date && std::chrono::abs(*date - now) <= std::chrono::days(1)) {
    answer.observed_at = *date;
  }
  answer.bytes = std::move(response.body);
  const std::size_t first = answer.bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string::npos && (answer.bytes[first] == '{' || answer.bytes[first] == '[');
  answer.extension = json ? "json" : "txt";
  answer.http_status = response.status;
  answer.attempts = response.attempts;
  answer.display_name = io::show_url(url);
  return answer;
}

}  // namespace goldtape::provider
