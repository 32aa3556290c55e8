#include "goldtape/ingest/asked.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/ingest/load_status.h"

namespace goldtape::ingest {

namespace {

std::string param(const provider::Request& request, const char* name) {
  const auto found = request.params.find(name);
  return found == request.params.end() ? std::string() : found->second;
}

/// What a stream told was never asked: whether it is all there is, only a question tells.
bool was_heard(const provider::Request& request) { return request.params.contains("stream"); }

/// One question with all its pages, in one run.
struct Chain {
  provider::Request request;
  Timestamp oldest{};
  std::string status;
  bool whole = true;
};

std::string chain_key(const std::string& run_id, const provider::Request& request, const Stream& stream) {
  std::string key =
      fmt::format("{}|{}|{}|{}|{}|{}|{}", run_id, stream.dataset, model::to_string(stream.interval),
                  request.ticker, param(request, "tickers"), param(request, "from"), param(request, "to"));
  for (const auto& [name, value] : stream.options) key += fmt::format("|{}={}", name, value);
  return key;
}

}  // namespace

std::vector<std::string> tickers_of(const provider::Request& request) {
  std::string_view rest;
  const auto many = request.params.find("tickers");
  if (many == request.params.end()) return {request.ticker == "_many" ? std::string() : request.ticker};
  rest = many->second;
  std::vector<std::string> out;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

Result<TimeRange> range_of(const provider::Request& request) {
  const std::string from = param(request, "from");
  const std::string to = param(request, "to");
  TimeRange out{};
  if (from.empty() || to.empty()) return out;
  GT_ASSIGN(out.start, parse_timestamp(from));
  GT_ASSIGN(out.end, parse_timestamp(to));
  return out;
}

Stream stream_of(const provider::Request& request, const provider::VenueTraits& traits) {
  Stream out{
      .source = request.source, .dataset = request.dataset, .interval = request.interval, .options = {}};
  const auto dataset = traits.find(request.dataset);
  if (!dataset) return out;
  for (const provider::OptionTraits& option : (*dataset)->options) {
    const auto found = request.params.find(std::string(option.name));
    if (found != request.params.end()) out.options.insert(*found);
  }
  return out;
}

Result<std::map<Stream, Asked>> read_asked(store::Database& database, const provider::VenueTraits& traits) {
  GT_ASSIGN(const store::Rows found,
            database.query("SELECT run_id, status, request, observed_at FROM load_audit WHERE (source = ? OR "
                           "source LIKE ?) AND status <> 'undone' ORDER BY requested_at, load_id",
                           {std::string(traits.name), fmt::format("{}-%", traits.name)}));
  std::map<std::string, Chain> chains;
  for (const store::Row& row : found.rows) {
    GT_ASSIGN(const provider::Request request, provider::Request::from_json(store::text_of(row[2])));
    if (request.provider != traits.name || was_heard(request)) continue;
    const std::string status = store::text_of(row[1]);
    GT_ASSIGN(const Timestamp observed_at, parse_timestamp(store::text_of(row[3])));
    const std::string key = chain_key(store::text_of(row[0]), request, stream_of(request, traits));
    const auto [at, is_new] =
        chains.try_emplace(key, Chain{.request = request, .oldest = observed_at, .status = status});
    Chain& chain = at->second;
    chain.oldest = std::min(chain.oldest, observed_at);
    if (!is_new && status == load_status::kLoaded) chain.status = status;
    if (!is_answered(status) && status != load_status::kLanded) chain.whole = false;
  }
  std::map<Stream, Asked> out;
  for (const auto& [key, chain] : chains) {
    Asked& asked = out[stream_of(chain.request, traits)];
    GT_ASSIGN(const TimeRange range, range_of(chain.request));
    for (const std::string& ticker : tickers_of(chain.request)) {
      std::vector<AskedRange>& ranges = asked[ticker];
      if (chain.whole)
        ranges.push_back({.range = range, .observed_at = chain.oldest, .status = chain.status});
    }
  }
  return out;
}

}  // namespace goldtape::ingest
