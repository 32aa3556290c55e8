#include "collect_setup.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "goldtape/base/log.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/universe.h"
#include "goldtape/provider/venues.h"
#include "interruption.h"
#include "listed_symbols.h"
#include "quality_settings.h"

namespace goldtape::app {

namespace {

constexpr std::string_view kExchange = "exchange:";

Result<std::int64_t> number_before(const std::string& text, std::string_view unit, const std::string& flag) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc{} || value <= 0 || unit.find(rest) == std::string_view::npos || rest.size() > 1) {
    return fail(ErrorKind::kUsage, 1002, fmt::format("'{}' is not a number with its unit", text), flag);
  }
  return value;
}

std::string configured_base_url(const Config& config, std::string_view venue) {
  for (const std::string& entry : config.list("collect.base_urls")) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos && entry.substr(0, equals) == venue) return entry.substr(equals + 1);
  }
  return {};
}

/// Asks another base URL than the venue's own who and when it is: a simulator's clock may be anywhere.
void meet(Approach& approach, Console& console) {
  io::HttpOptions options = approach.http;
  options.connect_timeout = std::chrono::seconds(5);
  options.total_timeout = std::chrono::seconds(10);
  io::HttpClient client(options);
  auto answer = client.send({.url = approach.access.base_url + "/"});
  // The simulator has a folder for each venue, and only there the time of its market.
  if (answer && answer->body.starts_with("Goldtape's provider simulator")) {
    approach.access.base_url += fmt::format("/{}", approach.venue->name());
    answer = client.send({.url = approach.access.base_url + "/"});
  }
  if (!answer) {
    log::debug("the base URL did not answer", {{"error", answer.error().to_string()}});
    return;
  }
  const auto date = answer->date();
  if (!date) return;
  approach.trust_venue_clock = true;
  if (std::chrono::abs(*date - approach.now) > std::chrono::hours(1)) {
    console.say(fmt::format("{}'s clock says {}; look-back and the session still forming go by it",
                            approach.venue->name(), format_timestamp(*date)));
  }
  approach.now = *date;
}

}  // namespace

Result<std::int32_t> parse_sessions(const std::string& text) {
  if (text.empty()) return 0;
  GT_ASSIGN(const std::int64_t value, number_before(text, "d", "--recheck"));
  return static_cast<std::int32_t>(std::min<std::int64_t>(value, 100'000));
}

Result<std::chrono::seconds> parse_duration(const std::string& text, const std::string& flag) {
  GT_ASSIGN(const std::int64_t value, number_before(text, "smh", flag));
  const char unit = text.back();
  return std::chrono::seconds(value * (unit == 'h' ? 3600 : unit == 'm' ? 60 : 1));
}

Result<ingest::Stream> stream_of(const provider::Venue& venue, const CollectArguments& arguments) {
  ingest::Stream out{
      .source = std::string(venue.name()), .dataset = arguments.dataset, .interval = {}, .options = {}};
  GT_ASSIGN(const provider::DatasetTraits* dataset, venue.traits().find(arguments.dataset));
  if (!dataset->intervals.empty()) {
    if (arguments.interval.empty()) {
      return fail(ErrorKind::kUsage, 1101, "say how long the bars are: --interval 1m or --interval 1d",
                  "--interval");
    }
    GT_ASSIGN(out.interval, model::parse_interval(arguments.interval));
  } else {
    out.interval = provider::Request{}.interval;
  }
  for (const provider::OptionTraits& option : dataset->options) {
    if (!option.fallback.empty()) out.options[std::string(option.name)] = option.fallback;
  }
  for (const std::string& entry : arguments.options) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorKind::kUsage, 1002, fmt::format("'{}' is not NAME=VALUE", entry), "--option");
    }
    out.options[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  provider::Request request;
  request.dataset = out.dataset;
  request.params = out.options;
  out.source = venue.source_of(request);
  return out;
}

Result<Approach> approach(const lake::Lake& lake, const Config& config, const CollectArguments& arguments) {
  Approach out;
  GT_ASSIGN(out.venue, provider::find_venue(arguments.venue));
  const provider::VenueTraits& traits = out.venue->traits();
  const std::string base_url =
      arguments.base_url.empty() ? configured_base_url(config, traits.name) : arguments.base_url;
  out.access = provider::access_from_environment(traits, base_url);
  out.http.ca_file = config.text("http.ca_file");
  out.http.max_body_bytes = config.bytes("http.max_body");
  out.http.total_timeout = std::chrono::seconds(config.integer("http.timeout_s"));
  out.allowance = {.requests_per_second = traits.politeness.requests_per_second,
                   .burst = traits.politeness.burst,
                   .concurrency = traits.politeness.concurrency};
  if (arguments.rate > 0) {
    out.allowance.requests_per_second = arguments.rate;
    // More than a loop can send one by one needs some at once.
    out.allowance.burst = std::max(traits.politeness.burst, static_cast<std::uint32_t>(arguments.rate / 50));
  }
  if (arguments.concurrency > 0) out.allowance.concurrency = arguments.concurrency;
  out.now = lake.clock().now();
  if (!base_url.empty()) {
    Console console;
    meet(out, console);
  }
  return out;
}

Status require_keys(const Approach& approach) {
  for (const std::string_view name : approach.venue->traits().secrets) {
    GT_RETURN_IF_ERROR(provider::secret_of(approach.venue->traits(), approach.access, name));
  }
  return {};
}

Result<std::vector<std::string>> universe(Program& program, const lake::Lake& lake,
                                          const provider::Venue& venue, const std::string& symbols) {
  if (symbols.empty()) {
    return fail(ErrorKind::kUsage, 6101, "whose bars? --symbols AAPL,MSFT or @FILE or all", "--symbols");
  }
  std::string text = symbols;
  std::string name;
  if (symbols == "all" || symbols.starts_with(kExchange)) {
    GT_ASSIGN(auto listed,
              listed_symbols(lake, venue.traits(),
                             symbols == "all" ? std::string() : symbols.substr(kExchange.size())));
    if (!listed.remark.empty()) program.console().say(listed.remark);
    return std::move(listed.symbols);
  }
  if (symbols.starts_with('@')) {
    name = symbols.substr(1);
    std::ifstream file(name, std::ios::binary);
    if (!file) return fail(ErrorKind::kUsage, 1030, "the file of tickers cannot be read", name);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  GT_ASSIGN(const ingest::Universe found, ingest::parse_universe(text, name));
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < found.remarks.size() && i < kShown; ++i)
    program.console().say(found.remarks[i]);
  if (found.remarks.size() > kShown) {
    program.console().say(fmt::format("... and {} more", found.remarks.size() - kShown));
  }
  return found.tickers;
}

Result<ingest::CollectionPlan> make_plan(Program& program, const lake::Lake& lake, const Config& config,
                                         const Approach& approach, const CollectArguments& arguments) {
  const provider::Venue& venue = *approach.venue;
  ingest::CollectionSpec spec;
  GT_ASSIGN(spec.stream, stream_of(venue, arguments));
  GT_ASSIGN(const provider::DatasetTraits* dataset, venue.traits().find(spec.stream.dataset));
  if (dataset->max_tickers > 0) {
    GT_ASSIGN(spec.tickers, universe(program, lake, venue, arguments.symbols));
  }
  spec.now = approach.now;
  spec.to = calendar::xnys().local_date(spec.now);
  spec.from = spec.to;
  if (dataset->by_range) {
    if (arguments.from.empty()) {
      return fail(ErrorKind::kUsage, 6103, "from when on? --from 2024-01-02", "--from");
    }
    GT_ASSIGN(spec.from, parse_date(arguments.from));
    if (!arguments.to.empty()) {
      GT_ASSIGN(spec.to, parse_date(arguments.to));
    }
  }
  spec.batch =
      arguments.batch > 0 ? arguments.batch : static_cast<std::size_t>(config.integer("collect.batch"));
  GT_ASSIGN(spec.recheck, parse_sessions(arguments.recheck));
  GT_ASSIGN(const auto asked, ingest::read_asked(lake.database(), venue.traits()));
  const auto known = asked.find(spec.stream);
  GT_ASSIGN(ingest::CollectionPlan plan,
            ingest::plan_collection(venue, calendar::xnys(),
                                    known == asked.end() ? ingest::Asked{} : known->second, spec));
  const double rate = approach.allowance.requests_per_second;
  // As many as the burst allows leave at once.
  const auto paced = std::max(static_cast<double>(plan.requests.size()) - approach.allowance.burst + 1, 1.0);
  plan.duration =
      std::chrono::seconds(plan.requests.empty() ? 0 : static_cast<std::int64_t>(paced / rate + 0.999));
  return plan;
}

ingest::IngestOptions collected_ingest(const Config& config, const std::string& run_id) {
  return {.run_id = run_id,
          .calendar = &calendar::xnys(),
          .quality = quality_settings(config),
          .on_critical = on_critical(config),
          .progress = {},
          .cancelled = Interruption::came,
          .max_rows_per_commit = config.integer("collect.rows_per_commit")};
}

}  // namespace goldtape::app
